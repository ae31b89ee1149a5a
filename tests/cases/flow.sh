# shellcheck shell=bash
# seconds: 85
#
# QMAP commands: the modem stops a link and resumes it. The virtual modem counts a packet
# after the driver's answer as a violation.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

no_ipv6

answered() { # statistic of the modem, number
	[ "$(modem_stat "$1")" -eq "$2" ]
}

flow() { # mux id, on or off
	local before
	before=$(modem_stat uplink_acks)
	qmodem ctl flow "$1" "$2"
	wait_for 20 answered uplink_acks $((before + 1))
}

backlog() { # link
	tc -s qdisc show dev "$1" | sed -n 's/.* \([0-9]*\)p requeues.*/\1/p'
}

send_datagrams() { # pdn, times, datagrams at once (UDP GSO)
	python3 "$SRC/tests/programs/send.py" "10.64.$1.1" "$2" 1000 "${3:-1}"
}

bring_up rm520 qmap_mode=2 qmapv5 1 2
answers 1
answers 2

step "a link is stopped, and no other"
flow 0x81 off
expect_eq tx_flow_off 1 "$(counter tx_flow_off wwan0.1)"
before=$(modem_stat pdn1_uplink_frames)
send_datagrams 1 300
answers 2
expect_eq "frames of PDN 1" "$before" "$(modem_stat pdn1_uplink_frames)"
expect_within "packets in the qdisc of wwan0.1" 298 302 "$(backlog wwan0.1)"

step "it is resumed, and nothing is lost"
flow 0x81 on
wait_for 5 sent 1 $((before + 300))
answers 1

step "the rest of a packet that is half sent waits too"
qmodem ctl service 250000
before=$(modem_stat pdn1_uplink_frames)
send_datagrams 1 2 60
flow 0x81 off
qmodem ctl service 0
answers 2
frames=$(($(modem_stat pdn1_uplink_frames) - before))
expect_within "frames before the answer" 1 59 $frames
flow 0x81 on
wait_for 5 sent 1 $((before + 120))
modem_is_content

goes_on() { # link
	klog_has "$1: stopped by the modem for 40 s, sends again"
}

step "it is never resumed, and another link is stopped twice"
flow 0x81 off
before=$(modem_stat pdn1_uplink_frames)
send_datagrams 1 2 60
flow 0x82 off
sleep 15
flow 0x82 off
wait_for 40 goes_on wwan0.1
wait_for 5 sent 1 $((before + 120))
answers 1
! goes_on wwan0.2 || fail "wwan0.2 sends, though it was stopped again later"
is_silent 2 || fail "a ping went through"
flow 0x82 on
wait_for 5 answers 2
flow 0x81 off
is_silent 1 || fail "a ping went through"
flow 0x81 on
wait_for 5 answers 1

step "other commands"
qmodem ctl send cmd:77
wait_for 5 answered uplink_unsupported 1
qmodem ctl flow 0x99 off
wait_for 5 answered uplink_invalid 1
expect_eq rx_bad_command 0 "$(counter rx_bad_command)"
qmodem ctl send hex:808100080100000000000001 hex:80810000
refused_one() { [ "$(counter rx_bad_command)" = 1 ]; }
wait_for 5 refused_one
before=$(counter rx_commands)
qmodem ctl send hex:8081001001010000000000010000000000000000
expect_eq "answers to an answer" 0 "$(modem_stat uplink_commands)"
answers 1

step "a new call starts with the link running"
flow 0x81 off
ip link set wwan0.1 down
qmodem ctl drop 1
qmodem ctl call 1 0x81 4
ip link set wwan0.1 up
wait_for 5 answers 1
flow 0x82 off
ip link set wwan0 down
qmodem ctl drop 2
qmodem ctl call 2 0x82 4
ip link set wwan0 up
wait_for 5 answers 2
modem_stop
driver_unload

step "qmap_mode=1: wwan0 is stopped"
bring_up ec25 qmap_mode=1 qmap 1
answers 1
flow 0x81 off
is_silent 1 || fail "a ping went through"
flow 0x81 on
wait_for 5 answers 1
