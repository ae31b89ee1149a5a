# shellcheck shell=bash
# seconds: 60
# kernels: amd64
# except: built
#
# qmap-connect passes the address of a call through to a host on a LAN: by DHCP, and by router
# advertisements. The host is reached from the network, in both families; it gets the new address
# after the next call; and nothing is left in the end.
#
#   host (namespace lan): lan1 10.64.1.2 ==> lan0, wwan0.1 without an address ==> pdn1: tun0 10.64.1.1
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/connect.sh"
. "$SRC/tests/lib/lan.sh"
. "$SRC/tests/lib/recipe.sh"

FILE_BYTES=1000000
make_file
LEASES=/tmp/leases
LOGS+=("$LEASES")

# What is not the link's: it comes and goes.
settings_of_machine() {
	ip address show dev lan0 | grep inet
	ip rule
	ip -6 rule
	ip route show table all | grep -v ' dev wwan'
	ip -6 route show table all | grep -v ' dev wwan'
	ip neighbour show proxy
	sysctl -a 2> /dev/null | grep -E '\.(forwarding|proxy_arp|proxy_ndp|proxy_delay|rp_filter) ' | grep -v wwan
}

expect_as_before() {
	settings_of_machine > /tmp/after
	diff /tmp/before /tmp/after || fail "something is left"
	! pgrep -x dnsmasq || fail "dnsmasq is left"
}

write_host_script() { # path
	cat > "$1" <<- 'SCRIPT'
	#!/bin/sh
	echo "$1 $ip/$mask router $router dns $dns mtu $mtu lease $lease" >> /tmp/leases
	case $1 in
	deconfig)
		ip -4 address flush dev "$interface" ;;
	bound|renew)
		ip address replace "$ip/$mask" dev "$interface"
		ip route replace default via "$router" dev "$interface" mtu "$mtu" ;;
	esac
	SCRIPT
	chmod +x "$1"
}

host_start() {
	write_host_script /tmp/host
	ip netns exec lan busybox udhcpc -f -R -t 20 -T 1 -A 1 -O mtu -s /tmp/host -i lan1 > /tmp/udhcpc 2>&1 &
	udhcpc=$!
}

leased() { # what
	tail -n 1 $LEASES | grep -q "$1"
}

has_prefix() { # prefix
	in_lan ip -6 address show dev lan1 scope global -deprecated -tentative | grep -q "inet6 $1"
}

has_router() {
	in_lan ip -6 route show default | grep -q "via fe80::"
}

host6() { # prefix
	in_lan ip -o -6 address show dev lan1 scope global -deprecated -tentative |
		grep -o "$1[0-9a-f:]*" | head -n 1
}

reaches() { # from: lan or pdn1; address
	ip netns exec "$1" ping -q -c 3 -i 0.2 -W 10 "$2" > /tmp/ping || fail "$1: $(< /tmp/ping)"
	grep -q "3 received" /tmp/ping || fail "$1: $(< /tmp/ping)"
}

transfer() { # from, to, address of the other
	local address=$3
	[[ $address != *:* ]] || address=[$address]
	ip netns exec "$2" socat -u TCP6-LISTEN:5000,reuseaddr,ipv6only=0 CREATE:/tmp/arrived &
	ip netns exec "$1" socat -u OPEN:/tmp/file "TCP:$address:5000,retry=100,interval=0.1"
	wait $!
	cmp /tmp/file /tmp/arrived || fail "the file arrived changed at $address"
}

both_ways() { # host's IPv4 address, prefix
	local six
	six=$(host6 "$2")
	reaches lan 10.64.1.1
	reaches lan 2001:db8:1::1
	reaches pdn1 "$1"
	reaches pdn1 "$six"
	transfer lan pdn1 10.64.1.1
	transfer lan pdn1 2001:db8:1::1
	transfer pdn1 lan "$1"
	transfer pdn1 lan "$six"
}

step "a host without an address, and a modem"
ip netns add lan
ip link add lan0 type veth peer name lan1 netns lan
ip link set lan0 up
ip -n lan link set lo up
in_lan sysctl -qw net.ipv6.conf.all.use_tempaddr=0
ip -n lan link set lan1 up
modem_start -d rm520 --mtu=1400
driver_load qmap_mode=4
wait_for_modem
no_link_local() { ! ip -6 address show dev lan0 tentative | grep -q inet6; }
wait_for 10 no_link_local
settings_of_machine > /tmp/before

step "what a dry run shows"
/job/qmap-connect --dry-run internet,passthrough=lan0 > /tmp/dry
for line in "echo 1 > /proc/sys/net/ipv4/conf/lan0/proxy_arp" "ip rule add priority 701 from ADDRESS/32 lookup 701" \
	"ip -6 route add PREFIX/64 dev lan0 table 701" "dhcp-option=option:router,GATEWAY" "dhcp-range=::,constructor:lan0"; do
	grep -qF "    $line" /tmp/dry || fail "no '$line': $(< /tmp/dry)"
done
expect_as_before

step "the host gets the address, and a prefix"
command=$(recipe passthrough)
expect_eq "first word of the recipe" qmap-connect "${command%% *}"
# shellcheck disable=SC2086 # words
connect_start ${command#* }
in_lan tcpdump -l -nv -i lan1 udp port 67 > /tmp/dhcp 2>&1 &
host_start
wait_for 30 says "^wwan0.1: internet, 10.64.1.2/24, 2001:db8:1::2/64, MTU 1400, .* for the host on lan0"
wait_for 20 leased "bound 10.64.1.2/24 router 10.64.1.1 dns 10.64.1.1 10.64.1.3 mtu 1400 lease 120"
grep -q "RN (58).*: 15" /tmp/dhcp || fail "no renewal after 15 s: $(< /tmp/dhcp)"
wait_for 20 has_prefix 2001:db8:1:
wait_for 20 has_router
expect_eq "addresses of wwan0.1" "" "$(ip -o address show dev wwan0.1 | grep -v fe80 || true)"
expect_eq "MTU by RA" 1400 "$(in_lan cat /proc/sys/net/ipv6/conf/lan1/mtu)"
default_routes 4
default_routes 6
both_ways 10.64.1.2 2001:db8:1:

step "another default route and a strict filter of this machine do no harm"
ip link add other0 type dummy
ip link set other0 up
ip address add 192.0.2.1/24 dev other0
ip route add default via 192.0.2.2
sysctl -qw net.ipv4.conf.all.rp_filter=1
reaches lan 10.64.1.1
reaches pdn1 10.64.1.2
sysctl -qw net.ipv4.conf.all.rp_filter=0
ip link delete other0

step "the next call has another address"
in_pdn 1 ip -6 route add 2001:db8:1:9::/64 dev tun0
qmodem ctl renumber 1 9
qmodem ctl drop 1
wait_for 20 says "^wwan0.1: internet, 10.64.1.9/24, 2001:db8:1:9::2/64"
wait_for 20 has_prefix 2001:db8:1:9:
! has_prefix 2001:db8:1:: || wait_for 10 eval '! has_prefix 2001:db8:1::'
kill -USR1 "$udhcpc"		# renews, as after the 15 s that clients are asked for
wait_for 20 leased "bound 10.64.1.9/24"
both_ways 10.64.1.9 2001:db8:1:9:

step "unplugged, and plugged in"
qmodem ctl unplug
wait_for 10 modem_is_gone
qmodem ctl plug
: > "$CONNECT_LOG"
wait_for 20 says "^wwan0.1: internet, 10.64.1.9/24, 2001:db8:1:9::2/64"
reaches lan 10.64.1.1
wait_for 20 has_router
wait_for 20 has_prefix 2001:db8:1:9:
reaches lan 2001:db8:1::1

step "killed, and started again for IPv4 alone: what was left is gone"
kill -KILL "$connect_pid"
connect_ends 137
connect_start internet,ip=4,passthrough=lan0
wait_for 20 says "^wwan0.1: internet, 10.64.1.9/24, MTU"
one_dnsmasq() { [ "$(pgrep -cx dnsmasq)" = 1 ]; }
wait_for 5 one_dnsmasq
expect_eq "IPv6 on lan0" "" "$(ip -o -6 address show dev lan0 | grep -v fe80 || true)"
expect_eq "rules for IPv6" 2 "$(ip -6 rule | wc -l)"
reaches lan 10.64.1.1

step "a dnsmasq that dies is said, and there again"
pkill -x dnsmasq
wait_for 5 says "wwan0.1: dnsmasq has ended"
wait_for 20 one_dnsmasq

step "nothing is left, and nobody waits for a dnsmasq that stands still"
pkill -STOP -x dnsmasq
connect_stop
expect_as_before
nothing_is_left
