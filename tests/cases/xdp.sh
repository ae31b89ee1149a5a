# shellcheck shell=bash
# seconds: 20
#
# A generic XDP program on a link sees packets as the modem has sent them. Packets that XDP
# redirects to a link reach the driver unchecked.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

no_ipv6

bring_up rm520 qmap_mode=2 qmapv5 1
answers 1
make_file

merged_by_download() {
	local before
	before=$(counter rx_merged wwan0.1)
	send_file down 1 /tmp/file
	echo $(($(counter rx_merged wwan0.1) - before))
}

has_program() {
	ip link show dev wwan0.1 | grep -q xdpgeneric
}

step "no segments are merged while a program is attached"
[ "$(merged_by_download)" -gt 100 ] || fail "none are merged without it either"
python3 "$SRC/tests/programs/xdp.py" pass wwan0.1 &
program=$!
wait_for 10 has_program
expect_eq "segments merged" 0 "$(merged_by_download)"
kill $program

step "TCP segments are redirected to a link"
frames=$(counter tx_frames wwan0.1)
python3 "$SRC/tests/programs/xdp.py" tcp wwan0.1 5
expect_eq "frames sent" $((frames + 3)) "$(counter tx_frames wwan0.1)"
invalid=0
for doff in 0 4; do
	python3 "$SRC/tests/programs/xdp.py" tcp wwan0.1 $doff
	expect_eq "packets that cannot be sent" $((++invalid)) "$(counter tx_invalid wwan0.1)"
done

step "a long datagram, still to be fragmented, is redirected"
python3 "$SRC/tests/programs/xdp.py" udp wwan0.1 3 0800
expect_eq "packets that cannot be sent" $((++invalid)) "$(counter tx_invalid wwan0.1)"

# A TAP of older kernels has no UDP segmentation.
takes_datagrams() {
	[[ $RELEASE != 5.10.* && $RELEASE != 6.1.* ]]
}

if takes_datagrams; then
	step "datagrams are redirected"
	frames=$(counter tx_frames wwan0.1)
	python3 "$SRC/tests/programs/xdp.py" udp wwan0.1 5 0800
	expect_eq "frames sent" $((frames + 3)) "$(counter tx_frames wwan0.1)"
	step "IPv4 that is declared as IPv6"
	python3 "$SRC/tests/programs/xdp.py" udp wwan0.1 5 86dd
	expect_eq "packets that cannot be sent" $((++invalid)) "$(counter tx_invalid wwan0.1)"
	expect_eq "frames sent" $((frames + 3)) "$(counter tx_frames wwan0.1)"
fi
