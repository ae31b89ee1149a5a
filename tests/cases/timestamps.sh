# shellcheck shell=bash
# seconds: 20
#
# Whoever asks when a packet was sent is told, and told the right time.
. "$SRC/tests/lib/case.sh"

bring_up rm520 qmap_mode=2 qmapv5 1
answers 1

step "what ethtool says of it"
for netdev in wwan0 wwan0.1; do
	ethtool -T $netdev | grep -q software-transmit || fail "$netdev: no software-transmit"
done

timestamps() { # times, datagrams at once
	python3 "$SRC/tests/programs/timestamps.py" 1 "$1" "$2"
}

for datagrams in 1 2 30; do
	step "datagrams at once: $datagrams"
	expect_eq "told of 5 packets" 5 "$(timestamps 5 $datagrams | cut -d ' ' -f 1)"
done

is_stopped() {
	[ "$(counter tx_flow_off wwan0.1)" = 1 ]
}

step "a packet that the modem has let wait"
qmodem ctl flow 0x81 off
wait_for 5 is_stopped
timestamps 1 30 > /tmp/told &
asks=$!
sleep 2
released=$(date +%s.%N)
qmodem ctl flow 0x81 on
wait $asks
read -r count when < /tmp/told
expect_eq "told of 1 packet" 1 "$count"
echo "let go at $released, sent at $when"
awk -v a="$released" -v b="$when" 'BEGIN { exit !(b >= a) }' || fail "sent before it was let go"
