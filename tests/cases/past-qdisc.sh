# shellcheck shell=bash
# seconds: 20
# except: 5.10 6.1 6.1-xhci
#
# Programs that go past the qdisc pass packets to the driver unchecked: AF_XDP with metadata,
# which kernels have since 6.8, and pktgen.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

no_ipv6

bring_up rm520 qmap_mode=2 qmapv5 1
start_echo 1
answers 1

echo_came() {
	file_says "past the qdisc" /tmp/echo
}

step "AF_XDP: a checksum where it belongs"
socat -u UDP-RECV:4660 CREATE:/tmp/echo &
wait_for 10 host_listens u 4660
asked=$(counter tx_csum_asked wwan0.1)
python3 "$SRC/tests/programs/af_xdp.py" wwan0.1 34 6
wait_for 10 echo_came
expect_eq "checksums asked for" $((asked + 1)) "$(counter tx_csum_asked wwan0.1)"

step "AF_XDP: a checksum inside a tunnel, which the modem cannot compute"
python3 "$SRC/tests/programs/af_xdp.py" wwan0.1 84 6
expect_eq "checksums asked for" $((asked + 1)) "$(counter tx_csum_asked wwan0.1)"

step "AF_XDP: a checksum that begins in front of the packet"
frames=$(counter tx_frames wwan0.1)
invalid=0
for place in "0 0" "0 40" "0 90" "6 30" "13 1" "13 80"; do
	# shellcheck disable=SC2086 # two words
	python3 "$SRC/tests/programs/af_xdp.py" wwan0.1 $place
	expect_eq "packets that cannot be sent" $((++invalid)) "$(counter tx_invalid wwan0.1)"
done
expect_eq "frames sent" "$frames" "$(counter tx_frames wwan0.1)"

step "pktgen may not send a packet twice, because the driver changes it"
modprobe pktgen
for netdev in wwan0 wwan0.1; do
	echo "add_device $netdev" > /proc/net/pktgen/kpktgend_0
	echo "clone_skb 0" > /proc/net/pktgen/$netdev
	! { echo "clone_skb 10" > /proc/net/pktgen/$netdev; } 2> /dev/null ||
		fail "$netdev accepts packets that are sent again"
done
echo rem_device_all > /proc/net/pktgen/kpktgend_0

answers 1 || fail "no answer over PDN 1"
