# shellcheck shell=bash
# seconds: 22
#
# A bad frame is the only thing lost, wherever it is in the transfer.
. "$SRC/tests/lib/case.sh"

received() { cat "/sys/class/net/$1/statistics/rx_packets"; }
received_all() { [ "$(received "$1")" -ge "$2" ]; }

# The good frames around the bad one arrive, and its counter grows.
around() { # counter, how many it grows by, good frames expected on wwan0.1, words...
	local name=$1 more=$2 good=$3 before frames
	shift 3
	step "$name: $*"
	before=$(counter "$name")
	frames=$(received wwan0.1)
	qmodem ctl send "$@"
	wait_for 5 received_all wwan0.1 $((frames + good))
	expect_eq "frames on wwan0.1" $((frames + good)) "$(received wwan0.1)"
	expect_eq "$name" $((before + more)) "$(counter "$name")"
}

every_kind() { # product, protocol, a frame whose next header is unknown
	step "$1, $2"
	bring_up "$1" qmap_mode=4 "$2" 1 2

	around rx_no_link 1 2 udp:1:100 badmux:100 udp:1:101
	around rx_bad_pad 1 2 udp:1:100 badpad:60 udp:1:102
	errors=$(< /sys/class/net/wwan0/statistics/rx_errors)
	around rx_empty 1 2 udp:1:100 zero udp:1:103
	expect_eq "rx_errors" "$errors" "$(< /sys/class/net/wwan0/statistics/rx_errors)"
	around rx_not_ip 1 2 udp:1:100 notip:100 udp:1:104
	around rx_link_down 1 2 udp:1:100 udp:3:100 udp:1:105
	around rx_bad_header 1 2 udp:1:100 "$3" udp:1:106
	around rx_commands 1 2 udp:1:100 cmd:enable udp:1:107
	around rx_truncated 1 2 udp:1:100 udp:1:108 overrun:500
	around rx_truncated 1 2 udp:1:100 udp:1:109 short
	around rx_frames 20 20 udp:1:{100..119}

	step "an empty transfer"
	qmodem ctl send
	for n in 1 2; do
		ping -q -c 3 -i 0.2 -W 30 "10.64.$n.1" > /dev/null || fail "no ping over PDN $n"
	done
	modem_stop
	driver_unload
}

every_kind eg12 qmap hex:408100080600000011223344aabbccdd
every_kind rm520 qmapv5 badtype:100
