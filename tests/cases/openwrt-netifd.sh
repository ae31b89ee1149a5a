# shellcheck shell=bash
# seconds: 90
# kernels: amd64
# except: built
#
# OpenWrt's netifd with the protocol "qmap": its handler and the hook of qmap-connect run under
# busybox, netifd is played by tests/packaging/openwrt/netifd.py. The router and a host on its LAN
# are online by both families, whatever the network does; what is configured is what is done.
#
# shellcheck disable=SC2016 # dollars stay as they are
#
#   host (namespace lan): lan1 192.168.1.2, 2001:db8:1::9 ==> lan0, wwan0_1 ==> pdn1: tun0
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/connect.sh"
. "$SRC/tests/lib/lan.sh"
. "$SRC/tests/lib/recipe.sh"

FAR4=192.0.2.1 FAR6=2001:db8:ffff::1 # in the network, behind the gateway
NETIFD_LOG=/tmp/netifd.log
LOGS+=("$NETIFD_LOG")

# Files where the package has them, and its shell and tools: busybox, with another ip. There is no
# /run, and /var is /tmp.
install_openwrt() {
	local files=$SRC/packaging/openwrt/qmap-connect/files
	mkdir -p /lib/netifd/proto /etc/config /tmp/openwrt /tmp/run
	ln -sfn /tmp/run /var/run
	cp "$files/qmap.sh" /lib/netifd/proto/
	cp "$files/qmap.script" "$SRC/tests/packaging/openwrt/netifd-proto.sh" /lib/netifd/
	cp /job/qmap-connect /usr/sbin/
	busybox --install -s /tmp/openwrt
	ln -sf "$(command -v busybox)" /bin/sh
	rm /tmp/openwrt/ip
	ln -sf "$SRC/tests/packaging/openwrt/netifd.py" /tmp/openwrt/
	write_commands
	PATH=/tmp/openwrt:$PATH
}

# What the recipe runs: netifd begins, and fw4's zone "wan" is masqueraded.
write_commands() {
	local action
	cat > /tmp/openwrt/service <<- 'SCRIPT'
	#!/bin/sh
	case $1 in
	network)
		setsid netifd.py wwan lan0 > /tmp/netifd.log 2>&1 &
		until /tmp/openwrt/ifup wwan 2> /dev/null; do sleep 0.1; done ;;
	firewall)
		grep -q 'add_list firewall.*=wwan' /tmp/uci || exit 1
		sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
		nft add table ip fw4
		nft add chain ip fw4 srcnat '{ type nat hook postrouting priority srcnat; }'
		nft add rule ip fw4 srcnat oifname wwan0_1 masquerade ;;
	esac
	SCRIPT
	echo 'echo "$*" >> /tmp/uci' > /tmp/openwrt/uci
	rm -f /tmp/openwrt/{ifup,ifdown}
	for action in up down status; do
		echo "echo $action | socat -t 60 - \"UNIX-CONNECT:/tmp/netifd.\$1\"" > /tmp/openwrt/if$action
	done
	chmod +x /tmp/openwrt/{service,uci,ifup,ifdown,ifstatus}
}

is_status() { # extended regular expression
	grep -qsxE "$1" /tmp/netifd.wwan.status && ifstatus wwan | grep -xE "$1" > /dev/null
}

configure() { # lines of the interface...
	pkill -f "netifd.py wwan" || true
	rm -f /tmp/netifd.wwan*
	{
		echo "config interface 'wwan'"
		printf '\t%s\n' "option proto 'qmap'" "$@"
	} > /etc/config/network
	service network reload
}

down() {
	ifdown wwan
	wait_for 10 is_status "down"
	nothing_is_left_of_it
}

nothing_is_left_of_it() {
	expect_eq "clients in the modem" 0 "$(modem_stat qmi_clients)"
	expect_eq "addresses" "" "$(ip -o address show | grep -E ' wwan|2001:' | grep -v fe80 || true)"
	default_routes 4
	default_routes 6
	expect_eq "configuration" "" "$(find /var/run/ -name 'qmap.*')"
	[ ! -e /run/qmap-connect ] || fail "there is a /run/qmap-connect"
	! pgrep -x qmap-connect || fail "qmap-connect is left"
}

reaches() { # address
	ping -q -c 1 -W 10 "$1" > /dev/null || fail "no way to $1"
}

host_reaches() { # addresses...
	local address
	for address; do
		in_lan ping -q -c 1 -W 10 "$address" > /dev/null || fail "the host has no way to $address"
	done
}

has_address() { # address with prefix length, netdev
	ip -o address show dev "$2" | grep -F " $1 " > /dev/null
}

# netifd answers when it has done all that it was told.
is_online() { # address with prefix length, link
	has_address "$1" "$2" && is_status "up $2"
}

install_openwrt
lan_start 192.168.1.2/24 192.168.1.1 2001:db8:1::9/64 2001:db8:1::5
ip address add 192.168.1.1/24 dev lan0
modem_start -d rm520 --mtu=1400
driver_load qmap_mode=4 link_separator=_
wait_for_modem

step "what the handler says about itself"
sh /lib/netifd/proto/qmap.sh '' dump > /tmp/dump
for line in "string apn" "int pdn" "array more:list(string)" defaults "no_device 1 available 1"; do
	grep -qxF "$line" /tmp/dump || fail "no '$line': $(< /tmp/dump)"
done

: > /etc/config/network
follow_recipe openwrt
wait_for 30 is_online 2001:db8:1::2/128 wwan0_1
expect_eq "status" "up wwan0_1" "$(ifstatus wwan)"
has_address 10.64.1.2/24 wwan0_1 || fail "no IPv4 address"
expect_eq "MTU" 1400 "$(< /sys/class/net/wwan0_1/mtu)"
expect_eq "default route" "default dev wwan0_1 scope link" "$(ip route show default | xargs)"
expect_eq "default route" "default from 2001:db8:1::/64 dev wwan0_1 metric 1024 pref medium" \
	"$(ip -6 route show default | xargs)"
expect_eq "DNS" "10.64.1.1 10.64.1.3 2001:db8:1::1 2001:db8:1::3" \
	"$(sed 's/nameserver //' /tmp/resolv.conf.auto | xargs)"
in_pdn 1 ip address add $FAR4/32 dev tun0
in_pdn 1 ip address add $FAR6/128 dev tun0 nodad
reaches $FAR4
reaches $FAR6
host_reaches $FAR4 $FAR6

step "the network ends the calls, and gives other addresses"
in_pdn 1 ip -6 route add 2001:db8:1:9::/64 dev tun0
qmodem ctl renumber 1 9
qmodem ctl drop 1
wait_for 20 is_online 10.64.1.9/24 wwan0_1
wait_for 20 has_address 2001:db8:1:9::5/64 lan0
! has_address 10.64.1.2/24 wwan0_1 || fail "the old IPv4 address is still there"
! has_address 2001:db8:1::5/64 lan0 || fail "the LAN still has the old prefix"
ip -n lan address del 2001:db8:1::9/64 dev lan1
ip -n lan address add 2001:db8:1:9::9/64 dev lan1 nodad
ip -n lan route replace default via 2001:db8:1:9::5
host_reaches $FAR4 $FAR6

step "unplugged, and plugged in"
qmodem ctl unplug
wait_for 10 modem_is_gone
wait_for 10 is_status "setup"
expect_eq "DNS" "" "$(< /tmp/resolv.conf.auto)"
qmodem ctl plug
wait_for 30 is_online 2001:db8:1:9::2/128 wwan0_1
host_reaches $FAR4 $FAR6

step "ifdown, and ifup"
down
ifup wwan
wait_for 30 is_online 10.64.1.9/24 wwan0_1
reaches $FAR4

step "killed: netifd starts it again"
pkill -KILL -x qmap-connect
wait_for 10 is_status "(setup|teardown|down)"
wait_for 30 is_online 2001:db8:1:9::2/128 wwan0_1
reaches $FAR4
down

step "other PDNs: one for netifd, one of qmap-connect alone"
configure "option device 'wwan0'" "option pdn '2'" "option apn 'ims'" "option pdptype 'ip'" \
	"option mtu '1300'" "option metric '20'" "list more '3:pdn3,ip=4,metric=30'"
wait_for 30 has_address 10.64.3.2/24 wwan0_3
wait_for 30 is_online 10.64.2.2/24 wwan0_2
expect_eq "IPv6 addresses" "" "$(ip -o -6 address show dev wwan0_2 scope global)"
expect_eq "MTU" 1300 "$(< /sys/class/net/wwan0_2/mtu)"
default_routes 4 20 30
reaches 10.64.2.1
reaches 10.64.3.1
down

step "neither default routes nor DNS"
configure "option apn 'internet'" "option defaultroute '0'" "option peerdns '0'"
wait_for 30 is_online 2001:db8:1:9::2/128 wwan0_1
default_routes 4
default_routes 6
expect_eq "DNS" "" "$(< /tmp/resolv.conf.auto)"
reaches 10.64.1.1
down

step "passthrough: the addresses are the host's"
configure "option apn 'internet'" "option passthrough 'lan0'" "option pdptype 'ip'"
wait_for 30 is_status "up wwan0_1 external"
expect_eq "addresses of wwan0_1" "" "$(ip -o -4 address show dev wwan0_1)"
expect_eq "rule" 1 "$(ip rule | grep -c "from 10.64.1.9 lookup 701")"
expect_eq "routes" "10.64.1.9 dev lan0 scope link default dev wwan0_1 scope link" \
	"$(ip route show table 701 | sort | xargs)"
down

step "a login is taken as it is written"
configure "option apn 'internet'" "option auth 'chap'" "option username ' it\"s \\\$HOME\\\\n, me'" \
	"option password '; = \`id\` *'"
wait_for 30 is_status "up .*"
expect_eq "mode" 600 "$(stat -c %a /var/run/qmap.wwan.conf)"
/job/qmap-connect --dry-run -c /var/run/qmap.wwan.conf > /tmp/dry
grep -qF '0x17  user:  it"s \$HOME\\n, me' /tmp/dry || fail "$(grep user: /tmp/dry)"
grep -qxF 'pass=; = `id` *' /var/run/qmap.wwan.conf || fail "$(< /var/run/qmap.wwan.conf)"
down

step "what is wrong is said, and not tried again"
configure "option apn 'internet'" "option pdptype 'ipx'"
wait_for 10 is_status "down INVALID_CONFIG"
qmodem ctl card 1234
configure "option apn 'internet'" "option pincode '1111'"
wait_for 20 is_status "down PIN_FAILED"
expect_eq "attempts that failed" 1 "$(grep -c 'the PIN is wrong' $NETIFD_LOG)"
configure "option apn 'internet'" "option pincode '1234'"
wait_for 30 is_online 10.64.1.9/24 wwan0_1
down
