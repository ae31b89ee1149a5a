# shellcheck shell=bash
# settings: ROUNDS=3
# seconds: 30 + 16 * ROUNDS
# except: uml uml-fast debug 6.1-xhci 6.12-xhci mips mipsel
#
# The modem is suspended and resumed, and never reset: it is a gadget on dummy_hcd. It wakes
# the host for a packet and for a QMI message. When the host begins to sleep, the
# modem's wakeup event ends that as soon as the modem itself is suspended. (Later would be
# no plain resume: dummy_hcd unplugs the modem when it is suspended too.) Netdevs, QMI
# channel and DTR stay.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

LOST=8		# uplink transfers on the bus while the modem is frozen with all programs

no_ipv6	# it would wake the device

bring_up "ec25 --gadget" qmap_mode=2 qmap 1 2
answers 1
answers 2
exec 9<> "$QMI_DEVICE"

# All QMI messages that the modem has sent, in hexadecimal.
all_messages() {
	{ timeout 2 cat <&9 || true; } | od -An -v -tx1 | tr -d ' \n'
}

qmi_answers
all_messages > /dev/null

let_sleep 500
echo on > "$power/control"

before=$(identity)
dtr_changes=$(modem_stat dtr_changes)

all_as_before() {
	! klog_has "usb.*: reset " || fail "the device was reset"
	expect_eq "netdevs and QMI channel" "$before" "$(identity)"
	expect_eq "DTR" 1 "$(modem_stat dtr)"
	expect_eq "changes of DTR" "$dtr_changes" "$(modem_stat dtr_changes)"
	qmi_answers
}

# Devices are suspended one after another, the newest first.
echo 0 > /sys/power/pm_async
# Ends the sleep if the modem does not.
echo devices > /sys/power/pm_test
echo 1 > /sys/module/suspend/parameters/pm_test_delay

# From now on a wakeup event ends the sleep. Fails if there is one just now.
watch_for_wakeups() {
	cat /sys/power/wakeup_count > /tmp/wakeups
	cat /tmp/wakeups > /sys/power/wakeup_count
} 2> /dev/null

was_resumed() {
	[ "$(modem_stat resumes)" = $((resumes + 1)) ]
}

try_to_sleep() {
	local given_up
	given_up=$(< /sys/power/suspend_stats/failed_suspend)
	resumes=$(modem_stat resumes)
	wait_for 10 watch_for_wakeups
	! { echo mem > /sys/power/state; } 2> /dev/null || fail "no wakeup event"
	expect_eq "sleeps given up while devices were suspended" $((given_up + 1)) \
		"$(< /sys/power/suspend_stats/failed_suspend)"
	wait_for 5 was_resumed
}

step "the host begins to sleep, under load"
echo enabled > "$power/wakeup"
start_load 1 2
load=$!
go_on wwan0.1 wwan0.2
for ((i = 0; i < ROUNDS; i++)); do
	try_to_sleep
	all_as_before
	go_on wwan0.1 wwan0.2
done
kill $load
wait_for 10 answers 1
wait_for 10 answers 2

# Commands that make the modem send something.
wakes_by() { # command...
	wait_for 10 asleep
	resumes=$(modem_stat resumes)
	remote_wakeups=$(modem_stat remote_wakeups)
	"$@"
	expect_eq "remote wakeups" $((remote_wakeups + 1)) "$(modem_stat remote_wakeups)"
	was_resumed || fail "not woken exactly once"
}

downlink_packet() { # pdn
	in_pdn "$1" ping -q -c 1 -W 30 "10.64.$1.2" > /dev/null || fail "the packet that woke it was lost"
}

# An indication of WDS begins 01, length (2), 80, 01.
qmi_message() {
	local heard
	qmodem ctl drop 2
	heard=$(all_messages)
	[[ $heard == *01????8001* ]] || fail "no indication of WDS, but '$heard'"
}

echo auto > "$power/control"
for ((i = 0; i < 2; i++)); do
	step "asleep; a downlink packet wakes it"
	wakes_by downlink_packet 1
	wakes_by downlink_packet 2
done
step "asleep; a QMI message wakes it"
wakes_by qmi_message
qmodem ctl call 2 0x82 4
all_messages > /dev/null
all_as_before

# Remote wakeup is disabled now, so the kernel wakes the device first to tell it so.
step "the host begins to sleep, with the device asleep"
echo disabled > "$power/wakeup"
for ((i = 0; i < 2; i++)); do
	wait_for 10 asleep
	try_to_sleep
	answers 1 || fail "no answer over PDN 1"
	answers 2 || fail "no answer over PDN 2"
	all_as_before
done
lost=$(counter tx_transfer_errors)
expect_within "uplink transfers lost" 0 $((LOST * ROUNDS)) "$lost"
expect_eq "uplink transfers that arrived" $(($(counter tx_transfers) - lost)) \
	"$(modem_stat uplink_transfers)"
expect_eq "downlink frames that arrived" "$(modem_stat downlink_frames)" "$(counter rx_frames)"

# Only user space is frozen: the kernel moves the netdev back, and closes it for that.
step "the namespace of wwan0 ends while the host begins to sleep"
echo enabled > "$power/wakeup"
echo on > "$power/control"
for ((i = 0; i < 2 * ROUNDS; i++)); do
	unshare --net sleep inf &
	holder=$!
	wait_for 10 has_own_network $holder
	ip link set wwan0 netns $holder
	nsenter --target $holder --net ip link set wwan0 up
	kill $holder
	try_to_sleep
	wait_for 10 link_exists wwan0
	ip link set wwan0 up
	wait_for 10 answers 1
	wait_for 10 answers 2
done

step "qmodem refuses what a gadget cannot do"
for command in "fail in EPROTO" "stall out" "babble" "broken"; do
	# shellcheck disable=SC2086 # words
	! qmodem ctl $command 2> /tmp/refused || fail "$command was not refused"
	grep -q "not as a gadget" /tmp/refused || fail "$command: $(< /tmp/refused)"
done

step "unplugged while asleep, and plugged in again"
exec 9>&-
echo auto > "$power/control"
wait_for 10 asleep
qmodem ctl unplug
nothing_left
qmodem ctl plug
wait_for_modem
qmodem ctl unplug
nothing_left
