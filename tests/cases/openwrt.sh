# shellcheck shell=bash
# seconds: 20
#
# What OpenWrt's scripts for the vendor's driver need. In OpenWrt a dot in a name means a
# VLAN, so links are called wwan0_1 and so on.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

step "a separator of more than one character, or none, is refused"
for separator in '' '__' '/' ':' '%'; do
	! driver_load qmap_mode=2 "link_separator=$separator" 2> /dev/null ||
		fail "link_separator='$separator' was taken"
done
klog_has "link_separator is one character" || fail "no word about link_separator"

modem_start -d ec25
driver_load qmap_mode=2 link_separator=_
wait_for_modem

step "a script finds the netdev of the channel, and counts links by qmap_mode"
interface=$(readlink -f "/sys/class/usbmisc/${QMI_DEVICE##*/}/device")
expect_eq "netdevs of the interface" wwan0 "$(ls "$interface/net")"
parent=$(ls "$interface/net")
mode=$(< "/sys/class/net/$parent/qmap_mode")
expect_eq "qmap_mode" 2 "$mode"
[ ! -e "/sys/class/net/$parent/qmi" ] || fail "the attributes of qmi_wwan are there too"

step "the links carry traffic"
agree qmap
for ((n = 1; n <= mode; n++)); do
	connect $n "${parent}_$n"
	answers $n
done

step "a VLAN with the name of a link does not disturb the driver"
ip link add link wwan0 name wwan0.1 type vlan id 1
answers 1
ip link delete wwan0.1

step "the parent can be bridged, and links too"
ip link add br0 type bridge
ip link set br0 up
ip link set wwan0 master br0
ip link set wwan0_2 master br0
expect_eq "ports of br0" 2 "$(find /sys/class/net/br0/brif -type l | wc -l)"
answers 1
