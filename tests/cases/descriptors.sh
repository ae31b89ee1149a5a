# shellcheck shell=bash
# seconds: 100
# default: 6.12
#
# Modems whose descriptors are wrong in some respect, or that do not answer as they are
# bound: the driver works with them, or says in one line why it does not.
. "$SRC/tests/lib/case.sh"

device="/sys/bus/usb/devices/[0-9]-[0-9]"

# It is, or the host has given up. The attribute waits for whoever is at work on the device.
is_probed() {
	# shellcheck disable=SC2086 # a pattern
	[ -n "$(cat $device/bConfigurationValue 2> /dev/null)" ] ||
		klog_has "unable to enumerate USB device|can't set config"
}

is_unplugged() {
	! compgen -G "$device" > /dev/null
}

# By the driver, of the QMI interface: the DIAG port is refused each time.
said() { # arguments of dmesg...
	dmesg "$@" | sed -n 's/^.* qmap_wwan [0-9-]*:1\.[1-9][0-9]*: //p' | sed '/^probe with driver/d'
}

plug() { # deviations...
	echo "${*:-as it should be}"
	dmesg -C
	qmodem ctl broken "$@"
	qmodem ctl plug
	wait_for 10 is_probed
}

unplug() {
	qmodem ctl unplug
	wait_for 5 is_unplugged
	nothing_left
}

refused() { # what the log says, deviations...
	local why=$1
	shift
	plug "$@"
	! link_exists wwan0 || fail "bound all the same"
	expect_eq "the log" "$why" "$(said)"
	unplug
}

works() { # warnings in the log, deviations...
	local warning=$1
	shift
	plug "$@"
	link_exists wwan0 || fail "not bound: $(said)"
	expect_eq "warnings in the log" "$warning" "$(said -l warn,err)"
	agree qmap
	tell_version qmap
	connect 1 wwan0
	wait_for 5 answers 1
	unplug
}

start() { # product
	modem_start -d "$1" -n 1
	wait_for 10 is_probed
	unplug
}

driver_load qmap_mode=1
step "high speed"
start ec25

step "endpoints that are missing, others, or not to be found"
pair="no bulk pair with an interrupt endpoint"
for deviation in in-missing notify-missing in-interrupt out-isochronous notify-bulk in-turned \
	out-taken in-size-0 in-short endpoints-none endpoints-two interface-twice \
	functional-empty config-cut; do
	refused "$pair" $deviation
done
works ""

step "another interface, or one that cannot be set"
refused 'class 00 is not QMI: the modem is in another mode, see AT+QCFG="usbnet"' interface-class-0
refused "the interface cannot be set: -32" alternate-1 alternate-0-empty set-interface-stalls
works "" alternate-1 alternate-0-empty

step "none that the host would show to a driver"
refused "" set-configuration-stalls
refused "" device-no-config

step "what does not matter"
for deviation in in-twice in-size-ffff endpoints-many functional-odd config-long \
	set-interface-stalls clear-halt-stalls; do
	works "" $deviation
done
works "cannot assert DTR: -32" dtr-stalls
modem_stop

step "SuperSpeed"
start rm520
for deviation in bos-long bos-capability-0 companion-missing companion-burst-255; do
	works "" $deviation
done
