# shellcheck shell=bash
# settings: ROUNDS=3
# seconds: 30 + 4 * ROUNDS
#
# The device sleeps, and the modem has lost its state when it is woken: it does not tell
# its status, so the host resets it. Links and QMI go on, with DTR asserted anew.
. "$SRC/tests/lib/case.sh"

GET_STATUS=0	# bRequest

no_ipv6	# it would wake the device

bring_up ec25 qmap_mode=2 qmap 1 2
answers 1
answers 2
links=$(cat /sys/class/net/wwan0*/ifindex)

let_sleep 500
echo 1 > "$power/persist"	# not the default of every kernel

# It loses DTR when it wakes.
sleeps() {
	wait_for 10 asleep
	dtr_changes=$(modem_stat dtr_changes)
	faults=$(modem_stat faults)
	qmodem ctl fail control:$GET_STATUS EPROTO
}

was_reset() {
	expect_eq "requests that failed" $((faults + 1)) "$(modem_stat faults)"
	expect_eq "DTR" 1 "$(modem_stat dtr)"
	expect_eq "times that DTR was lost and asserted" $((dtr_changes + 2)) "$(modem_stat dtr_changes)"
	expect_eq "ifindex of all links" "$links" "$(cat /sys/class/net/wwan0*/ifindex)"
}

woken_by() { # pdn
	ping -q -c 1 -W 30 "10.64.$1.1" > /dev/null || fail "no answer over PDN $1"
}

for ((i = 0; i < ROUNDS; i++)); do
	step "a packet wakes it"
	sleeps
	woken_by 1
	was_reset
	woken_by 2
done

step "QMI wakes it"
asked=$(modem_stat qmi_requests)
sleeps
version_request > "$QMI_DEVICE"
was_reset
expect_eq "QMI requests" $((asked + 1)) "$(modem_stat qmi_requests)"
expect_eq "QMI requests before DTR" 0 "$(modem_stat qmi_before_dtr)"
woken_by 1

step "the modem had stopped a link"
echo on > "$power/control"	# a modem on USB/IP cannot wake its host
qmodem ctl flow 0x81 off
stopped() { [ "$(counter tx_flow_off wwan0.1)" = 1 ]; }
wait_for 5 stopped
echo auto > "$power/control"
is_silent 1 || fail "a ping went through"
sleeps
woken_by 2
was_reset
woken_by 1

step "it takes a while to wake"
wait_for 10 asleep
qmodem ctl silence control on
ping -q -c 1 -W 20 10.64.1.1 > /tmp/ping &
sleep 7
qmodem ctl silence control off
wait $! || fail "the packet that woke it was lost"
woken_by 2

step "unplugged while it is woken"
sleeps
ping -q -c 1 -W 1 10.64.1.1 > /dev/null &
qmodem ctl unplug
nothing_left
