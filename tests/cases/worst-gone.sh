# shellcheck shell=bash
# settings: ROUNDS=2
# seconds: 14 * ROUNDS
# also: 6.12-xhci
#
# Modem or driver goes away and comes back, with traffic both ways over two PDNs and a
# program that talks QMI.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

# There is one modem, with other netdevs than before.
is_back() {
	local new
	new=$(cat $DRIVER/*/net/*/ifindex 2> /dev/null)
	[[ $new =~ ^[0-9]+$ && $new != "$ifindex" ]] && link_exists "$(netdev).2"
}

# Its number may differ from before.
netdev() {
	basename $DRIVER/*/net/*
}

ifindex=
carries_traffic() {
	local wwan
	wait_for 10 is_back
	wwan=$(netdev)
	ifindex=$(< "/sys/class/net/$wwan/ifindex")
	QMI_DEVICE=/dev/$(basename $DRIVER/*/usbmisc/*)
	link_state "$wwan.1" up
	link_state "$wwan.2" up
	ip -batch - <<- EOT
		link set $wwan up
		link set $wwan.1 up
		link set $wwan.2 up
		address add 10.64.1.2/24 dev $wwan.1
		address add 10.64.2.2/24 dev $wwan.2
	EOT
	talk &
	go_on "$wwan".{1,2}
}

plug() {
	qmodem ctl plug
	qmodem ctl format qmapv5 32768
	qmodem ctl call 1 0x81 4
	qmodem ctl call 2 0x82 4
	carries_traffic
}

# As when firmware is updated, or by AT+QCFG="usbnet".
reboots_into() { # usb-mode or usb-id, its value, command that waits for it...
	qmodem ctl unplug
	qmodem ctl "$1" "$2"
	qmodem ctl plug
	"${@:3}"
	qmodem ctl unplug
}

is_product() { # VID/PID as uevent has them
	grep -qs "^PRODUCT=$1/" /sys/bus/usb/devices/*/uevent
}

reset_device() {
	local device
	device=$(basename $DRIVER/*:*)
	device=/dev/$(sed -n s/DEVNAME=//p "/sys/bus/usb/devices/${device%:*}/uevent")
	python3 "$SRC/tests/programs/usb_reset.py" "$device"
}

modem_start -d rm520
driver_load qmap_mode=2
qmodem ctl format qmapv5 32768
qmodem ctl call 1 0x81 4
qmodem ctl call 2 0x82 4
start_load 1 2
carries_traffic

for ((i = 0; i < ROUNDS; i++)); do
	# Until the hub notices that a modem is unplugged, each transfer fails, and the driver
	# tries again and again.
	step "the modem is unplugged"
	fail_transfers EPROTO 1000000
	qmodem ctl unplug
	nothing_left
	plug

	step "it is plugged in again before the driver has noticed, with a request unanswered"
	qmodem ctl silence control:1 on
	sleep 0.5
	qmodem ctl unplug
	plug

	step "for a moment it is another modem"
	reboots_into usb-id 05c6:9008 wait_for 10 is_product 5c6/9008
	qmodem ctl usb-id 2c7c:0801
	plug

	step "for a moment it is in another USB mode"
	reboots_into usb-mode mbim wait_for 10 klog_has "class 02 is not QMI"
	dmesg -c > /dev/null
	qmodem ctl usb-mode qmi
	plug

	step "the driver is unbound"
	interface=$(basename $DRIVER/*:*)
	fail_transfers EPROTO 1000000
	echo "$interface" > $DRIVER/unbind
	nothing_left
	fail_transfers EPROTO 0
	echo "$interface" > $DRIVER/bind
	carries_traffic

	step "the device is not authorized"
	echo 0 > "/sys/bus/usb/devices/${interface%:*}/authorized"
	nothing_left
	echo 1 > "/sys/bus/usb/devices/${interface%:*}/authorized"
	carries_traffic

	step "the device is reset"
	reset_device
	carries_traffic

	step "the driver is unloaded"
	fail_transfers EPROTO 1000000
	driver_unload
	nothing_left
	fail_transfers EPROTO 0
	driver_load qmap_mode=2
	carries_traffic
done

# On a slow machine a ping beside the load waits for minutes behind it.
step "traffic afterwards, and nothing is left"
kill %?load.py
wait_for 10 answers 1
wait_for 10 answers 2
modem_is_content
qmodem ctl unplug
nothing_left
expect_eq "users of the module" 0 "$(< /sys/module/qmap_wwan/refcnt)"
