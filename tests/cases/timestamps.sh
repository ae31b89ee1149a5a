# shellcheck shell=bash
# seconds: 20
#
# A program that asks when a packet was sent gets the right time.
. "$SRC/tests/lib/case.sh"

bring_up rm520 qmap_mode=2 qmapv5 1
answers 1

step "ethtool -T"
for netdev in wwan0 wwan0.1; do
	ethtool -T $netdev | grep -q software-transmit || fail "$netdev: no software-transmit"
done

timestamps() { # times, datagrams at once
	python3 "$SRC/tests/programs/timestamps.py" 1 "$1" "$2"
}

for datagrams in 1 2 30; do
	step "datagrams at once: $datagrams"
	expect_eq "timestamps of 5 packets" 5 "$(timestamps 5 $datagrams | cut -d ' ' -f 1)"
done

is_stopped() {
	[ "$(counter tx_flow_off wwan0.1)" = 1 ]
}

step "a packet of a link that the modem has stopped"
qmodem ctl flow 0x81 off
wait_for 5 is_stopped
timestamps 1 30 > /tmp/told &
sender=$!
sleep 2
released=$(date +%s.%N)
qmodem ctl flow 0x81 on
wait $sender
read -r count when < /tmp/told
expect_eq "timestamps of 1 packet" 1 "$count"
echo "resumed at $released, sent at $when"
awk -v a="$released" -v b="$when" 'BEGIN { exit !(b >= a) }' || fail "sent before the link was resumed"
