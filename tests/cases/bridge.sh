# shellcheck shell=bash
# seconds: 25
#
# Bridge mode: a host behind a bridge has the address of the PDN, by its own DHCP, and is on
# the network with both families. Another host of the bridge cannot send, and does not
# take its place.
#
#   host:eth0 10.64.1.2 --lan0--+
#                               +-- br0 -- wwan0.1
#   other:eth0 -----------lan1--+
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/connect.sh"
. "$SRC/tests/lib/recipe.sh"

HOST_MAC=02:00:00:00:99:01
OTHER_MAC=02:00:00:00:99:02
FAR_END=02:50:f3:00:00:00

# 16 bytes, of which those behind the digits are garbage.
write_as_vendor() { # attribute, digits
	printf '%s\n\0\377\001garbage....' "$2" | head -c 16 > "/sys/class/net/wwan0.1/$1"
}

add_host() { # name, netdev to it, MAC
	ip netns add "$1"
	ip link add "$2" type veth peer name eth0 netns "$1"
	ip -n "$1" link set eth0 up address "$3"
}

lease() { # namespace
	ip netns exec "$1" busybox udhcpc -f -n -q -t 3 -T 1 -s /tmp/lease -i eth0
}

from() { # namespace, command of ping...
	local netns=$1
	shift
	ip netns exec "$netns" ping -q -c 3 -i 0.2 -W 30 "$@" > /dev/null
}

slaac_address() {
	ip -n host -o -6 address show dev eth0 scope global | awk '{ sub("/.*", "", $4); print $4 }'
}

has_slaac_address() { [ -n "$(slaac_address)" ]; }

neighbour() { # address
	ip -n host neighbour show "$1" dev eth0 | sed -n 's/.*lladdr \([^ ]*\).*/\1/p'
}

has_connect() { [ -x /job/qmap-connect ]; }

# The last line of the recipe. Other processors have no qmap-connect.
dial_as_printed() {
	local command
	if ! has_connect; then
		agree qmapv5
		qmodem ctl call 1 0x81 4
		qmodem ctl call 1 0x81 6
		write_as_vendor bridge_ipv4 0x0a400102
		link_state wwan0.1 up
		return
	fi
	command=$(recipe bridge | tail -n 1)
	# shellcheck disable=SC2086 # words
	connect_start ${command#qmap-connect }
	wait_for 30 says "wwan0.1: internet"
}

refused() { counter tx_refused wwan0.1; }

no_ipv6			# of the bridge itself, which would look for a router
write_lease_script /tmp/lease
make_file
modprobe -a veth bridge		# not every root has modprobe where the kernel looks for it
modem_start -d rm520
driver_load qmap_mode=2
wait_for_modem
expect_eq "bridge_mode" 0 "$(< /sys/class/net/wwan0.1/bridge_mode)"
add_host host lan0 $HOST_MAC
add_host other lan1 $OTHER_MAC
ip netns exec host sysctl -q net.ipv6.conf.eth0.disable_ipv6=0

follow_recipe bridge "\$d"
ip link set lan1 up master br0
dial_as_printed
expect_eq "bridge_mode" 1 "$(< /sys/class/net/wwan0.1/bridge_mode)"
expect_eq "bridge_ipv4" 10.64.1.2 "$(< /sys/class/net/wwan0.1/bridge_ipv4)"
expect_eq "address of the link" "" "$(ipv4_address wwan0.1)"

step "the host gets the address of the call, and is on the network"
lease host
klog_has "wwan0.1: bridged to $HOST_MAC" || fail "no line about the host"
from host 10.64.1.1
expect_eq "neighbour 10.64.1.1" $FAR_END "$(neighbour 10.64.1.1)"
in_pdn 1 ping -q -c 3 -i 0.2 -W 30 10.64.1.2

step "IPv6: the prefix of the router's advertisement"
wait_for 30 has_slaac_address
from host 2001:db8:1::1
from host fe80::1%eth0
expect_eq "neighbour fe80::1" $FAR_END "$(neighbour fe80::1)"
ip -n host -6 route show default | grep -q "via fe80::1" || fail "fe80::1 is no router"
in_pdn 1 ping -q -c 3 -i 0.2 -W 30 "$(slaac_address)"

step "files both ways"
host=(ip netns exec host)
send_files 1 /tmp/file

if has_connect; then
	step "after the next call, too"
	qmodem ctl drop 1
	wait_for 30 says "wwan0.1: IPv4 ended"
	wait_for 30 from host -W 1 10.64.1.1
fi

step "another host can neither send nor take the place of the first"
before=$(refused) sent=$(counter tx_frames wwan0.1)
! lease other || fail "another host got the address"
ip -n other address add 10.64.1.77/24 dev eth0
ip -n other neighbour add 10.64.1.1 lladdr $FAR_END dev eth0
! ip netns exec other ping -q -c 2 -i 0.2 -W 1 10.64.1.1 > /dev/null ||
	fail "another host's ping was answered"
expect_eq "frames sent" "$sent" "$(counter tx_frames wwan0.1)"
[ "$(refused)" -ge $((before + 5)) ] || fail "tx_refused: only $(($(refused) - before)) more"
from host 10.64.1.1
in_pdn 1 ping -q -c 3 -i 0.2 -W 30 10.64.1.2

step "the host with another address than that of the call, too"
before=$(refused)
ip -n host address add 10.64.1.3/24 dev eth0
! ip netns exec host ping -q -c 2 -i 0.2 -W 1 -I 10.64.1.3 10.64.1.1 > /dev/null ||
	fail "a ping from 10.64.1.3 was answered"
expect_within "frames refused" $((before + 2)) $((before + 4)) "$(refused)"
ip -n host address del 10.64.1.3/24 dev eth0	# or ARP goes on to ask from there, for seconds

step "what is for a host that the bridge does not know"
ip -n other link set eth0 down	# or it looks for a router of IPv6 now and then
before=$(refused)
ip -n host neighbour add fe80::77 lladdr 02:00:00:00:99:77 dev eth0
! from host -W 1 fe80::77%eth0 || fail "fe80::77 has answered"
expect_eq "frames refused" $((before + 3)) "$(refused)"

step "the other link is as before"
connect 2 wwan0.2
expect_eq "bridge_mode of wwan0.2" 0 "$(< /sys/class/net/wwan0.2/bridge_mode)"
answers 2

step "written again, as quectel-CM does it, it forgets the host: the next that asks has the link"
ip -n other address flush dev eth0
ip -n other link set eth0 up
write_as_vendor bridge_mode 01
write_as_vendor bridge_ipv4 0x0a400102
expect_eq "bridge_mode" 1 "$(< /sys/class/net/wwan0.1/bridge_mode)"
expect_eq "bridge_ipv4" 10.64.1.2 "$(< /sys/class/net/wwan0.1/bridge_ipv4)"
lease other
from other 10.64.1.1
klog_has "wwan0.1: bridged to $OTHER_MAC" || fail "no line about the other host"

step "off: the link's own address again"
echo 0 > /sys/class/net/wwan0.1/bridge_mode
ip link set wwan0.1 nomaster
if has_connect; then
	connect_stop
	qmodem ctl call 1 0x81 4
fi
configure_link wwan0.1 10.64.1.2/24 10.64.1.1 1500
answers 1

step "nonsense, and users without rights"
for address in "" x 10.64 10.64.1.256; do
	! (echo "$address" > /sys/class/net/wwan0.1/bridge_ipv4) 2> /dev/null ||
		fail "bridge_ipv4 took '$address'"
done
expect_eq "bridge_ipv4" 10.64.1.2 "$(< /sys/class/net/wwan0.1/bridge_ipv4)"
! setpriv --reuid 65534 --clear-groups sh -c 'echo 1 > /sys/class/net/wwan0.1/bridge_mode' 2> /dev/null ||
	fail "anyone may write bridge_mode"
driver_unload

step "as parameters"
driver_load qmap_mode=4 bridge_mode=5 bridge_ipv4=0x0a400102
wait_for_modem
expect_eq "bridge_mode of the links" "1 0 1 0" "$(cat /sys/class/net/wwan0.{1,2,3,4}/bridge_mode | xargs)"
expect_eq "bridge_ipv4 of wwan0.3" 10.64.1.2 "$(< /sys/class/net/wwan0.3/bridge_ipv4)"
[ ! -e /sys/class/net/wwan0/bridge_mode ] || fail "wwan0 is no link, and has bridge_mode"
driver_unload
driver_load qmap_mode=1 bridge_mode=1
wait_for_modem
expect_eq "bridge_mode of wwan0" 1 "$(< /sys/class/net/wwan0/bridge_mode)"
driver_unload
driver_load
wait_for_modem
[ ! -e /sys/class/net/wwan0/bridge_mode ] || fail "bridge_mode in qmap_mode 0"
