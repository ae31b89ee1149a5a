# shellcheck shell=bash
# seconds: 30
#
# A router: TCP segments that arrive on a link leave on another netdev unchanged, byte for
# byte, though GRO made runs of them one packet on the way, and it may be another link that cuts
# them again.
#
#   pdn1: tun0 ==> wwan0.1 ==> lan0 ==> lan1 :lan
#                          ==> wwan0.2 ==> tun0 :pdn2
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

modem_start -d rm520 --hold-us 20000
driver_load qmap_mode=2
wait_for_modem
link=wwan0.1

step "a local network behind the modem"
ip netns add lan
ip link add lan0 type veth peer name lan1 netns lan
ip -n lan link set lan1 up address 02:00:00:00:99:02
ip link set lan0 up
ip address add 10.99.0.1/24 dev lan0
ip address add 2001:db8:99::1/64 dev lan0 nodad
ip neighbour add 10.99.0.2 lladdr 02:00:00:00:99:02 dev lan0
ip neighbour add 2001:db8:99::2 lladdr 02:00:00:00:99:02 dev lan0
ethtool -K lan0 tso off gso off tx off > /dev/null
sysctl -q net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
	net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0

for protocol in qmap qmapv5; do
	step "segments of all sorts, $protocol"
	connect_anew 1 $link $protocol
	ip route replace 10.77.0.0/24 dev $link
	ip -6 route replace 2001:db8:77::/64 dev $link
	before=$(counter rx_merged $link)
	python3 "$SRC/tests/programs/segments.py" 1 50 lan lan1
	merged=$(($(counter rx_merged $link) - before))
	echo "$merged of them were merged"
	[ $merged -ge 500 ] || fail "hardly any were merged"
done

ip link delete lan0
for protocol in qmap qmapv5; do
	connect_anew 2 wwan0.2 $protocol
	connect_anew 1 $link $protocol
	ip link set wwan0.2 up
	set_aggregation 11 8192
	ip route replace 10.77.0.0/24 dev $link
	ip -6 route replace 2001:db8:77::/64 dev $link
	ip route replace 10.99.0.0/24 dev wwan0.2
	ip -6 route replace 2001:db8:99::/64 dev wwan0.2
	# no packet overtakes another one by its type of service
	tc qdisc replace dev wwan0.2 root pfifo limit 1000
	for tso in off on; do
		step "segments of all sorts leave on another link, $protocol, tso $tso"
		ethtool -K wwan0.2 tso $tso > /dev/null
		python3 "$SRC/tests/programs/segments.py" 1 50 pdn2 tun0
		expect_eq "packets that could not be sent" 0 "$(counter tx_invalid wwan0.2)"
	done
done
