# shellcheck shell=bash
# seconds: 70
# kernels: amd64
# except: built
#
# A router, by the recipes of README.md: NAT with a flowtable, TTL, path MTU and MSS, uploads that
# GRO has merged on the LAN, short queues.
#
#   lan: lan1 192.168.8.2 ==> lan0 192.168.8.1, wwan0.1 10.64.1.2 ==> pdn1: tun0 10.64.1.1
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/lan.sh"
. "$SRC/tests/lib/recipe.sh"

FILE_BYTES=1000000
make_file
FAR4=10.64.1.1
FAR6=2001:db8:1::1

# What arrives at the far end from the LAN, by its TTL.
count_ttl() { # TTL expected
	in_pdn 1 nft -f - <<- END
	table inet far
	delete table inet far
	table inet far {
		counter same { }
		counter other { }
		chain input {
			type filter hook input priority filter
			meta l4proto { tcp, udp } ip ttl $1 counter name same
			meta l4proto { tcp, udp } ip ttl != $1 counter name other
			meta l4proto { tcp, udp } ip6 hoplimit $1 counter name same
			meta l4proto { tcp, udp } ip6 hoplimit != $1 counter name other
		}
	}
	END
}

counted() { # counter
	in_pdn 1 nft list counter inet far "$1" | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

# Without it, before Linux 5.16, there is no TTL to set, and nothing counts packets as they come to
# the driver.
has_egress() {
	[[ $RELEASE != 5.10.* ]]
}

start_router() {
	follow_recipe router
	if has_egress; then
		follow_recipe ttl
	fi
}

is_offloaded() { # ipv4 or ipv6
	grep -q "^$1 .*OFFLOAD" /proc/net/nf_conntrack
}

file_up() { # address
	local address=$1
	[[ $address != *:* ]] || address=[$address]
	in_pdn 1 socat -u TCP6-LISTEN:5000,reuseaddr,ipv6only=0 CREATE:/tmp/arrived &
	in_lan socat -u -b 65536 OPEN:/tmp/file "TCP:$address:5000,retry=100,interval=0.1"
	wait $!
	cmp /tmp/file /tmp/arrived || fail "the file arrived changed at $1"
}

file_down() { # address
	local address=$1
	[[ $address != *:* ]] || address=[$address]
	in_pdn 1 socat -u OPEN:/tmp/file TCP6-LISTEN:5000,reuseaddr,ipv6only=0 &
	in_lan socat -u "TCP:$address:5000,retry=100,interval=0.1" CREATE:/tmp/arrived
	wait $!
	cmp /tmp/file /tmp/arrived || fail "the file arrived changed from $1"
}

wrong_checksums() {
	in_pdn 1 nstat -asz |
		awk '/^(TcpInCsum|UdpInCsum|Udp6InCsum|IpInHdr)Errors/ { sum += $2 } END { print sum }'
}

step "NAT, flowtable and TTL as in README.md"
sysctl -qw net.ipv6.conf.default.accept_ra=0		# routes are ours
bring_up rm520 qmap_mode=2 qmapv5 1
connect 1 wwan0.1 6
ip route add default dev wwan0.1
ip -6 route add default dev wwan0.1
lan_start 192.168.8.2/24 192.168.8.1 fd00:8::2/64 fd00:8::1
start_router
start_iperf 1
start_echo 1
in_lan ping -q -c 1 -W 30 $FAR4 > /dev/null
in_lan ping -q -c 1 -W 30 $FAR6 > /dev/null
count_ttl 65
for family in 4 6; do
	address=FAR$family
	file_up "${!address}"
	file_down "${!address}"
	in_lan iperf3 -c "${!address}" -t 3 --bidir > /tmp/iperf &
	wait_for 5 is_offloaded ipv$family
	wait $!
	grep receiver /tmp/iperf
done
in_lan python3 "$SRC/tests/programs/udp_sizes.py" check $FAR4 1 200
in_lan python3 "$SRC/tests/programs/udp_sizes.py" check $FAR6 1 200
if has_egress; then
	echo "$(counted same) packets with a TTL of 65"
	[ "$(counted same)" -ge 2000 ] || fail "too few"
	expect_eq "packets with another TTL" 0 "$(counted other)"
fi
expect_eq "wrong checksums" 0 "$(wrong_checksums)"

step "a flow in the flowtable passes by a rule in postrouting"
! has_egress || nft delete table netdev router
nft add chain inet router ttl '{ type filter hook postrouting priority mangle; }'
nft add rule inet router ttl oifname wwan0.1 ip ttl set 65
count_ttl 63
file_up $FAR4
echo "$(counted same) packets with a TTL of 63, $(counted other) with another"
[ "$(counted same)" -gt "$(counted other)" ] || fail "README.md is wrong about that"
nft flush ruleset

step "a network with an MTU of 1400: its hosts are told, and TCP fits"
start_router_again() {
	ip address flush dev lan0 scope global
	start_router
}
start_router_again
ip link set wwan0.1 mtu 1400
! in_lan ping -c 1 -W 2 -M 'do' -s 1400 $FAR4 > /tmp/ping || fail "1428 bytes went through"
grep "From 192.168.8.1 .*mtu = 1400" /tmp/ping || fail "$(< /tmp/ping)"
! in_lan ping -c 1 -W 2 -M 'do' -s 1400 $FAR6 > /tmp/ping || fail "1448 bytes went through"
grep "too big: mtu=1400" /tmp/ping || fail "$(< /tmp/ping)"
in_lan ip route flush cache
in_lan ip -6 route flush cache
mss_of_syn() { # address, as it leaves for it
	tcpdump -n -i wwan0.1 -c 1 'tcp[tcpflags] & tcp-syn != 0 or ip6[53] & 2 != 0' \
		> /tmp/syn 2> /tmp/tcpdump &
	local capture=$!
	wait_for 10 file_says listening /tmp/tcpdump
	file_up "$1"
	wait $capture
	grep -o 'mss [0-9]*' /tmp/syn
}
for family in 4 6; do
	address=FAR$family
	expect_eq "MSS, IPv$family" "mss $((family == 4 ? 1360 : 1340))" "$(mss_of_syn "${!address}")"
done
file_down $FAR4
file_down $FAR6

step "what GRO has merged on the LAN leaves as one packet, and arrives as it was"
ip link set wwan0.1 mtu 1500
echo 11 > /sys/class/net/wwan0/tx_aggr_max_frames
echo 8192 > /sys/class/net/wwan0/tx_aggr_max_bytes
leaving() { # packets, as they come to the driver
	nft list chain netdev router leaving | sed -n 's/.*counter packets \([0-9]*\).*/\1/p'
}
all_up() {
	file_up $FAR4
	file_up $FAR6
}
datagrams_up() {
	in_lan python3 "$SRC/tests/programs/udp_sizes.py" mixed $FAR4 1400
	in_lan python3 "$SRC/tests/programs/udp_sizes.py" mixed $FAR6 301
}
merges() { # feature of lan0, what is sent, segments to a packet at least
	local packets frames
	ethtool -K lan0 "$1" on
	packets=$(leaving) frames=$(counter tx_frames wwan0.1)
	"$2"
	packets=$(($(leaving) - packets)) frames=$(($(counter tx_frames wwan0.1) - frames))
	echo "$1: $frames segments in $packets packets"
	[ $frames -ge $(($3 * packets)) ] || fail "hardly any were merged"
}
gro_on_lan() {
	nft add rule netdev router leaving counter
	count_ttl 65
	# As from a fast LAN. On a busy machine segments would come one by one, and segments whose time
	# stamps differ, by a millisecond, are not merged.
	in_lan sysctl -qw net.ipv4.tcp_timestamps=0
	in_lan tc qdisc add dev lan1 root netem delay 1ms slot 20ms 20ms
	merges gro all_up 2
	merges rx-udp-gro-forwarding datagrams_up 2
	expect_eq "packets with another TTL" 0 "$(counted other)"
	merges rx-gro-list datagrams_up 2
	merges rx-gro-list all_up 1
	[ "$(counted other)" -ge 20 ] || fail "README.md is wrong about TTL and lists"
	expect_eq "wrong checksums" 0 "$(wrong_checksums)"
}
if has_egress; then
	gro_on_lan
fi

# Of a load, the rate at which it arrives, and what a ping takes beside it.
load() { # arguments of iperf3...
	read_waited
	kept=$waited
	in_lan iperf3 -J -c $FAR4 -t 3 "$@" > /tmp/iperf &
	sleep 1
	in_lan ping -i 0.1 -c 20 $FAR4 | sed -n 's/.*time=\([0-9]*\).*/\1/p' | sort -n > /tmp/times
	wait $!
	read_waited
	kept=$((waited - kept))
	rate=$(awk -F '[:,]' '/sum_received/ { found = 1 }
		found && /bits_per_second/ { printf "%d\n", $2 / 1000; exit }' /tmp/iperf)
	median=$(sed -n "$((($(wc -l < /tmp/times) + 1) / 2))p" /tmp/times)
	echo "$* $rate kbit/s, $median ms; kept from running for $kept s"
}

# A machine that is kept from running is slow by itself; no more than a rate passes in any case.
expect_load() { # least and most kbit/s, most milliseconds
	[ "$rate" -le "$2" ] || fail "$rate kbit/s are not slowed down to $2"
	[ "$kept" = 0 ] && machine_is_fast || return 0
	expect_within "kbit/s" "$1" "$2" "$rate"
	expect_within "milliseconds" 0 "$3" "$median"
}

step "long queues, in the network and before a slow modem"
nft flush ruleset
start_router_again
qmodem ctl service 8000		# about 6 Mbit/s up
in_pdn 1 tc qdisc replace dev tun0 root tbf rate 20mbit burst 20k limit 1500000
load -u -P 4 -b 4M -l 1372
[ "$median" -ge 200 ] || [ "$kept" != 0 ] || fail "no long queue: $median ms"
load -R -P 4
[ "$rate" -ge 8500 ] || [ "$kept" != 0 ] || fail "the network gives $rate kbit/s only"

step "SQM as in README.md: short ones, at nearly the same rate"
follow_recipe sqm
load -u -P 4 -b 4M -l 1372
expect_load 2500 4100 150
load -R -P 4
expect_load 4000 8200 150
