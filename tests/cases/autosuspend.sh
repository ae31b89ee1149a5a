# shellcheck shell=bash
# seconds: 45
#
# The idle device sleeps, a packet to send wakes it, and nothing is lost.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

bring_up ec25 qmap_mode=2 qmap 1 2

let_sleep 1000

for ((i = 0; i < 3; i++)); do
	wait_for 10 asleep
	step "asleep; a packet wakes it"
	ping -q -c 1 -W 30 10.64.1.1 > /dev/null || fail "not woken by a packet"
	ping -q -c 1 -W 30 10.64.2.1 > /dev/null || fail "only one link was woken"
done

step "the device does not answer when it is put to sleep; the next attempt succeeds"
wait_for 10 asleep
ping -q -c 1 -W 5 10.64.1.1 > /dev/null || fail "not woken by a packet"
# SET_FEATURE for remote wakeup, and the check whether the device is still there
qmodem ctl fail control EPROTO 2
failed() { klog_has "Failed to suspend device, error"; }
wait_for 10 failed
# a packet makes the kernel try once more to suspend it, and only then to wake it
ping -q -c 1 -W 1 10.64.1.1 > /dev/null || true
wait_for 10 asleep
ping -q -c 3 -i 0.2 -W 5 10.64.1.1 > /dev/null || fail "silent after it"

step "asleep; a burst wakes it"
start_iperf 1
in_pdn 1 socat -u TCP-LISTEN:5000,reuseaddr CREATE:/tmp/arrived &
wait_for 10 listens 1 t 5000
head -c 40000 /dev/urandom > /tmp/burst
set_aggregation 11 8192
exec 7<> /dev/tcp/10.64.1.1/5000
head -c 30000 /tmp/burst >&7	# opens the window for the rest
wait_for 20 asleep
tail -c 10000 /tmp/burst >&7
exec 7>&-
arrived() { cmp -s /tmp/burst /tmp/arrived; }
wait_for 3 arrived

step "awake under load, in either direction"
packets() { cat "/sys/class/net/wwan0.1/statistics/$1_packets"; }
flows() { [ "$(packets "$1")" -ge "$2" ]; }
seconds=6
machine_is_fast || seconds=20
for direction in tx rx; do
	reverse=()
	[ $direction = tx ] || reverse=(-R)
	iperf 1 -u -b 10M -l 1000 -t $seconds "${reverse[@]}" > /dev/null &
	load=$!
	wait_for 10 flows $direction $(($(packets $direction) + 100))
	slept=$(< "$power/runtime_suspended_time")
	sleep 2
	expect_eq "ms asleep under load" "$slept" "$(< "$power/runtime_suspended_time")"
	wait $load
done

step "down and up while asleep"
wait_for 10 asleep
ip link set wwan0 down
wait_for 10 asleep
ip link set wwan0 up
ip route replace 10.64.1.1 dev wwan0.1
ping -q -c 2 -i 0.2 -W 30 10.64.1.1 > /dev/null || fail "silent after down and up"

step "unplugged while asleep"
wait_for 10 asleep
qmodem ctl unplug
wait_for 10 modem_is_gone
