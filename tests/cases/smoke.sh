# shellcheck shell=bash
# seconds: 25
# smoke: yes
#
# What every user needs, in one boot: calls over two links, traffic both ways, bad frames,
# the vendor's faces, an unplug under load.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

FILE_BYTES=1000000

step "two calls, IPv4 and IPv6"
bring_up rm520 qmap_mode=2 qmapv5 1 2
connect 1 wwan0.1 6
connect 2 wwan0.2 6
pings 1
pings 2
tell_version qmapv5

step "the vendor's ioctls, in the byte order of the processor"
qmioctl wwan0 format ul_max_datagrams=11 ul_max_size=8192 rx_urb_size=32768
expect_eq "limits and buffer" "11 8192 32768" \
	"$(cat /sys/class/net/wwan0/{tx_aggr_max_frames,tx_aggr_max_bytes,qmap_size} | xargs)"
expect_eq "links" "link 0 wwan0.1 0x81 link 1 wwan0.2 0x82" "$(qmioctl wwan0 links | grep ^link | xargs)"

step "a file both ways at once"
make_file
send_files 1 /tmp/file
[ "$(counter tx_csum_asked wwan0.1)" -gt 0 ] || fail "the modem was not asked for a checksum"
[ "$(counter rx_csum_valid wwan0.1)" -gt 0 ] || fail "no checksum of the modem was used"
expect_eq "tcp-segmentation-offload" on \
	"$(ethtool -k wwan0.1 | sed -n 's/^tcp-segmentation-offload: //p')"

step "datagrams of all sorts"
start_echo 1
python3 "$SRC/tests/programs/udp_sizes.py" check 10.64.1.1 1400 1472
python3 "$SRC/tests/programs/udp_sizes.py" check 2001:db8:1::1 1 40
python3 "$SRC/tests/programs/udp_sizes.py" mixed 10.64.1.1 2500 50
modem_is_content

step "a bad frame costs no good one"
received() { cat /sys/class/net/wwan0.1/statistics/rx_packets; }
more_received() { [ "$(received)" -ge "$1" ]; }
before=$(received)
qmodem ctl send udp:1:100 badmux:100 udp:1:101 badpad:60 udp:1:102 zero udp:1:103 \
	notip:100 udp:1:104 badtype:100 udp:1:105 overrun:500
wait_for 5 more_received $((before + 6))
for name in rx_no_link rx_bad_pad rx_empty rx_not_ip rx_bad_header rx_truncated; do
	expect_eq $name 1 "$(counter $name)"
done

step "the modem stops a link and resumes it"
answered() { [ "$(modem_stat uplink_acks)" -ge "$1" ]; }
qmodem ctl flow 0x81 off
wait_for 20 answered 1
answers 2
qmodem ctl flow 0x81 on
wait_for 20 answered 2
answers 1

step "unplugged under load, and plugged in again"
start_load 1 2
go_on wwan0.1 wwan0.2
modem_is_content
qmodem ctl unplug
nothing_left
kill %?load.py
qmodem ctl plug
wait_for_modem
agree qmapv5
connect 1 wwan0.1
answers 1
driver_unload
nothing_left
