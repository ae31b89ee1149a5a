# shellcheck shell=bash
# seconds: 100
#
# Modems with wrong descriptors, or without an answer while they are bound: the driver works
# with them, or says in one line why it does not.
. "$SRC/tests/lib/case.sh"

device="/sys/bus/usb/devices/[0-9]-[0-9]"

# Or the host has given up. To read the attribute waits for the device's lock.
is_probed() {
	# shellcheck disable=SC2086 # a pattern
	[ -n "$(cat $device/bConfigurationValue 2> /dev/null)" ] ||
		klog_has "unable to enumerate USB device|can't set config"
}

is_unplugged() {
	! compgen -G "$device" > /dev/null
}

# What the driver logs about the QMI interface. It refuses the DIAG port each time.
said() { # arguments of dmesg...
	dmesg "$@" | sed -n 's/^.* qmap_wwan [0-9-]*:1\.[1-9][0-9]*: //p' | sed '/^probe with driver/d'
}

plug() { # deviations...
	echo "${*:-as it should be}"
	dmesg -c > /dev/null
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

step "endpoints that are missing, wrong, or cannot be found"
pair="no bulk pair with an interrupt endpoint"
for deviation in in-missing notify-missing in-interrupt out-isochronous notify-bulk in-turned \
	out-taken in-size-0 in-short endpoints-none endpoints-two interface-twice \
	functional-empty config-cut; do
	refused "$pair" $deviation
done
works ""

step "another interface class, or a setting that cannot be selected"
refused 'class 00 is not QMI: the modem is in another mode, see AT+QCFG="usbnet"' interface-class-0
refused "the interface cannot be set: -32" alternate-1 alternate-0-empty set-interface-stalls
works "" alternate-1 alternate-0-empty

step "interfaces that the host shows to no driver"
refused "" set-configuration-stalls
refused "" device-no-config

step "deviations that do not matter"
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
