# shellcheck shell=bash
# seconds: 65
#
# A modem in bad coverage needs some seconds for a transfer, and nothing is lost. Only a modem
# that takes nothing for half a minute counts as stuck.
. "$SRC/tests/lib/case.sh"

no_ipv6

PACKETS=20	# more than are with the host controller at once

send_packets() {
	local i
	for ((i = 0; i < PACKETS; i++)); do
		printf %1000s '' > /dev/udp/10.64.1.1/9
	done
}

arrived() { # frames
	[ "$(modem_stat pdn1_uplink_frames)" -ge "$1" ]
}

is_stuck() {
	klog_has "wwan0: the modem has taken nothing for 30 s"
}

bring_up bg96 qmap_mode=1 qmap 1
answers 1
all=$(modem_stat pdn1_uplink_frames)

step "a transfer takes the modem six seconds"
qmodem ctl service 6000000
send_packets
expect_within "in flight" 2 8 "$(counter tx_in_flight)"
sleep 14
qmodem ctl service 0
wait_for 10 arrived $((all += PACKETS))
expect_eq "transfers lost" 0 "$(counter tx_transfer_errors)"
answers 1

step "it takes no transfer at all"
all=$(modem_stat pdn1_uplink_frames)
qmodem ctl silence out on
send_packets
sleep 20
! is_stuck || fail "the driver has given up too early"
wait_for 15 is_stuck
lost=$(counter tx_transfer_errors)
expect_within "transfers given up" 2 8 "$lost"
qmodem ctl silence out off
wait_for 10 arrived $((all + PACKETS - lost))
answers 1
expect_eq "transfers lost" "$lost" "$(counter tx_transfer_errors)"

# or the machine would be stopped for standing still
[ -s /share/progress ] || fail "tests/run has not been told that the modem goes on"
