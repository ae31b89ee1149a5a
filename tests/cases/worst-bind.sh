# shellcheck shell=bash
# seconds: 90
#
# Each control request between plug and bind fails, or gets no answer. The modem is bound all
# the same, or the log says why not. The next plug works.
. "$SRC/tests/lib/case.sh"

# bRequest
GET_DESCRIPTOR=6 SET_CONFIGURATION=9 SET_INTERFACE=11 SET_CONTROL_LINE_STATE=0x22 CLEAR_FEATURE=1

bound() {
	link_exists wwan0.2
}

# Without the line of the driver core.
refused() { # what the log says
	! bound && dmesg --level=err | grep -v "probe with driver" | grep -E "$1" > /dev/null
}

either() { # what the log says if it is not bound
	bound || refused "$1"
}

# The fault that plug_with() has ordered.
failed_once() {
	[ "$(modem_stat faults)" -gt "$faults" ]
}

plug_with() { # command of the modem...
	qmodem ctl unplug
	wait_for 10 off_the_bus
	nothing_left
	dmesg -c > /dev/null
	faults=$(modem_stat faults)
	qmodem ctl "$@"
	qmodem ctl plug
}

off_the_bus() {
	! grep -qs "^PRODUCT=2c7c/801/" /sys/bus/usb/devices/*/uevent
}

# After it was unplugged. The host may still wait five seconds for each of three answers: DTR
# and two halts. vhci_hcd confuses a device that is gone with the next one on its port, so
# that one has to wait.
next_plug_works() {
	wait_for 20 off_the_bus
	nothing_left
	qmodem ctl plug
	wait_for_modem
	wait_for 10 bound
	agree qmapv5
	connect 1 wwan0.1
	answers 1
}

modem_start -d rm520 -n 1
driver_load qmap_mode=2
wait_for 10 bound
interface=$(readlink -f /sys/class/net/wwan0/device)
port=${interface##*-}	# with the interface: "1:1.4"; each controller has its own

for error in EPROTO ETIMEDOUT EPIPE; do
	step "the host cannot read or configure the device: $error"
	for request in $GET_DESCRIPTOR $SET_CONFIGURATION; do
		plug_with fail "control:$request" $error
		wait_for 10 failed_once
		wait_for 20 either "can't set config|unable to read config|unable to enumerate"
	done

	step "SET_INTERFACE fails: $error"
	plug_with fail control:$SET_INTERFACE $error
	wait_for 10 failed_once
	wait_for 10 either "qmap_wwan [0-9]+-$port: the interface cannot be set: -"

	step "DTR cannot be asserted: $error"
	plug_with fail control:$SET_CONTROL_LINE_STATE $error
	wait_for 10 bound
	klog_has "cannot assert DTR: -" || fail "the log does not tell that DTR is missing"

	step "a halt cannot be cleared: $error"
	plug_with fail control:$CLEAR_FEATURE $error 2
	wait_for 10 bound
	expect_eq "requests that failed" $((faults + 2)) "$(modem_stat faults)"
	qmodem ctl unplug
	next_plug_works
done

step "no answer to SET_CONTROL_LINE_STATE"
plug_with silence control:$SET_CONTROL_LINE_STATE on
wait_for 10 bound
# ETIMEDOUT is 145 on MIPS
klog_has "cannot assert DTR: -(110|145)" ||
	fail "the log does not tell that DTR is missing"
qmodem ctl unplug
next_plug_works

step "no answer to SET_INTERFACE, and unplugged meanwhile"
plug_with silence control:$SET_INTERFACE on
sleep 1
qmodem ctl unplug
next_plug_works

step "unplugged while the driver waits for DTR"
plug_with silence control:$SET_CONTROL_LINE_STATE on
wait_for 10 klog_has "cdc-wdm0: USB WDM device"
qmodem ctl unplug
next_plug_works
