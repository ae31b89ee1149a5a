# shellcheck shell=bash
# seconds: 10
#
# netdev_name=usb: scripts for GobiNet find usb0, and its links usb0.1 and so on.
. "$SRC/tests/lib/case.sh"

netdevs() { (cd /sys/class/net && echo usb*); }

refused() { # value
	! driver_load "netdev_name=$1" 2> /tmp/insmod || fail "netdev_name='$1' was taken"
	grep "Invalid parameters" /tmp/insmod || fail "netdev_name='$1': $(< /tmp/insmod)"
}

step "what cannot be a name is refused, with a line in the log each time"
lines() { dmesg | grep -c "netdev_name is up to 11 characters that may stand in a name" || true; }
for value in '' . a/b a:b u%d twelve-chars; do
	before=$(lines)
	refused "$value"
	expect_eq "lines about '$value'" $((before + 1)) "$(lines)"
done

step "the longest one has room for the number of a link"
modem_start -d ec25
driver_load qmap_mode=2 netdev_name=eleven-char
wait_for 10 link_exists eleven-char0.2
driver_unload

step "usb0 and its links, though a name is taken"
ip link add usb0.1 type dummy
driver_load qmap_mode=2 netdev_name=usb
wait_for 10 link_exists usb0.2
expect_eq "netdevs" "usb0 usb0.1 usb0.2 usb1.1" "$(netdevs)"
expect_eq "mux ids" "0x81 0x82" "$(cat /sys/class/net/usb{1.1,0.2}/qmap/mux_id | xargs)"
klog_has "usb0.2: link of usb0, mux id 0x82" || fail "no line for usb0.2"
driver_unload
ip link delete usb0.1

step "two modems, the first of them renamed before the second comes"
driver_load qmap_mode=2 netdev_name=usb link_separator=_
wait_for 10 link_exists usb0_2
expect_eq "netdevs" "usb0 usb0_1 usb0_2" "$(netdevs)"
ip link set usb0 name lte0
QMODEM=/run/second qmodem -d rm500 --networks-from=5 > /tmp/second.log 2>&1 &
wait_for 10 link_exists usb1_2
expect_eq "netdevs" "usb0 usb0_1 usb0_2 usb1_1 usb1_2" "$(netdevs)"
QMODEM=/run/second qmodem ctl quit
wait $!
driver_unload

step "without it wwan0"
driver_load qmap_mode=2
wait_for_modem
link_exists wwan0.2
expect_eq "netdevs" "usb*" "$(netdevs)"
