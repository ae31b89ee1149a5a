# shellcheck shell=bash
# seconds: 20
#
# Uplink aggregation: off until raised, then within the limits.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

no_ipv6	# a router solicitation would be one packet more

bring_up eg12 qmap_mode=4 qmap 2
start_iperf 2
start_echo 2

attributes=/sys/class/net/wwan0

step "one packet in a transfer"
expect_eq tx_aggr_max_frames 1 "$(< $attributes/tx_aggr_max_frames)"
qmodem ctl reset-stats
iperf 2 -u -b 100M -l 1372 -t 1 > /dev/null
expect_eq "most frames in an uplink transfer" 1 "$(modem_stat uplink_frames_max)"

# All wait before the modem has taken the first, which went alone.
send_to_slow_modem() { # datagrams, their bytes, frames in a full transfer
	qmodem ctl reset-stats
	qmodem ctl service 2000000
	python3 "$SRC/tests/programs/send.py" 10.64.2.1 "$1" "$2" 1
	qmodem ctl service 5000
	wait_for 20 sent 2 "$1"
	expect_eq "frames" "$1" "$(modem_stat uplink_frames)"
	expect_eq "transfers with the first, those that are full, and the rest" \
		$((1 + ($1 - 1 + $3 - 1) / $3)) "$(modem_stat uplink_transfers)"
}

step "eleven, as the modem has agreed"
set_aggregation 11 8192
send_to_slow_modem 800 672 11
expect_eq "most frames in an uplink transfer" 11 "$(modem_stat uplink_frames_max)"

step "bytes limit it too: five frames of 1404 bytes in 8192"
send_to_slow_modem 500 1372 5
expect_eq "most frames in an uplink transfer" 5 "$(modem_stat uplink_frames_max)"
modem_is_content
qmodem ctl service 0

step "a lone packet leaves at once, without the timer"
sleep 0.1
before=$(counter tx_sent_timer)
ping -q -c 5 -i 0.2 -W 30 10.64.2.1 > /dev/null
expect_eq "sent by the timer" "$before" "$(counter tx_sent_timer)"

step "datagrams of all sizes, many in a transfer"
python3 "$SRC/tests/programs/udp_sizes.py" check 10.64.2.1 1 1472

step "limits are clamped, and only root sets them"
echo 1000 > $attributes/tx_aggr_max_frames
expect_eq tx_aggr_max_frames 64 "$(< $attributes/tx_aggr_max_frames)"
echo 1000000 > $attributes/tx_aggr_max_bytes
expect_eq tx_aggr_max_bytes 32768 "$(< $attributes/tx_aggr_max_bytes)"
echo 0 > $attributes/tx_aggr_max_bytes
expect_eq tx_aggr_max_bytes 1 "$(< $attributes/tx_aggr_max_bytes)"
! echo many 2> /dev/null > $attributes/tx_aggr_max_frames || fail "a word that is no number was accepted"
chmod 666 $attributes/tx_aggr_max_frames
! python3 -c 'import os, sys
os.setuid(65534)
open(sys.argv[1], "wb", buffering=0).write(b"2")' $attributes/tx_aggr_max_frames 2> /dev/null ||
	fail "any user may set the limit"
expect_eq tx_aggr_max_frames 64 "$(< $attributes/tx_aggr_max_frames)"
