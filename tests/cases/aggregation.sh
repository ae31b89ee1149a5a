# shellcheck shell=bash
# seconds: 20
#
# Uplink aggregation: off until raised, then within the limits.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

bring_up eg12 qmap_mode=4 qmap 2
start_iperf 2
start_echo 2

attributes=/sys/class/net/wwan0

step "one packet in a transfer"
expect_eq tx_aggr_max_frames 1 "$(< $attributes/tx_aggr_max_frames)"
qmodem ctl reset-stats
iperf 2 -u -b 100M -l 1372 -t 1 > /dev/null
expect_eq "most frames in an uplink transfer" 1 "$(modem_stat uplink_frames_max)"

step "eleven, as the modem has agreed"
set_aggregation 11 8192
qmodem ctl service 20000
qmodem ctl reset-stats
iperf 2 -u -b 100M -l 672 -t 2 > /dev/null
expect_eq "most frames in an uplink transfer" 11 "$(modem_stat uplink_frames_max)"
frames=$(($(modem_stat uplink_frames) / $(modem_stat uplink_transfers)))
! machine_is_fast || [ $frames -ge 9 ] || fail "a slow modem got $frames frames in a transfer"

step "bytes limit it too"
qmodem ctl reset-stats
iperf 2 -u -b 100M -l 1372 -t 2 > /dev/null
tenths=$(($(modem_stat uplink_frames) * 10 / $(modem_stat uplink_transfers)))
! machine_is_fast || [ $tenths -ge 45 ] || fail "frames of 1404 bytes in 8192: expected nearly 5, got $tenths / 10"
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
