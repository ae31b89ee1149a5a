# shellcheck shell=bash
# seconds: 18
# except: mips
#
# Beside the in-tree qmi_wwan, both installed as a distribution has them: a
# Quectel and a Sierra modem go each to its driver, whichever is loaded first.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/recipe.sh"

sierra=/run/sierra

install_modules vhci_hcd tun usbnet cdc_wdm qmi_wwan

driver_of() { # number of the interface
	basename "$(readlink -f /sys/bus/usb/devices/*-*:1."$1"/driver)"
}

netdev_of() { # number of the interface
	basename /sys/bus/usb/devices/*-*:1."$1"/net/*
}

plug_both() {
	modem_start -d ec25 -n 1
	QMODEM=$sierra qmodem -d mc7455 -n 1 --networks-from=2 > /tmp/sierra.log 2>&1 &
	wait_for 10 link_exists wwan0
	wait_for 10 link_exists wwan1
}

call_over() { # pdn, netdev
	ip link set "$2" up
	ip address add "10.64.$1.2/24" dev "$2"
	ip route replace "10.64.$1.1" dev "$2"
	wait_for 5 answers "$1"
}

each_has_its_driver() { # what step() says
	local quectel other
	step "$1"
	expect_eq "drivers" "qmap_wwan qmi_wwan" "$(cd /sys/bus/usb/drivers && echo qm*)"
	plug_both
	expect_eq "driver of the Quectel modem" qmap_wwan "$(driver_of 4)"
	expect_eq "driver of the Sierra modem" qmi_wwan "$(driver_of 8)"
	quectel=$(netdev_of 4)
	other=$(netdev_of 8)
	qmodem ctl format none
	qmodem ctl call 1 0 4
	QMODEM=$sierra qmodem ctl call 2 0 4
	echo Y > "/sys/class/net/$other/qmi/raw_ip"
	call_over 1 "$quectel"
	call_over 2 "$other"
	QMODEM=$sierra qmodem ctl quit
	modem_stop
	wait_for 10 modem_is_gone
}

modprobe qmi_wwan
each_has_its_driver "qmi_wwan is loaded, and brings this driver with it"
modprobe -r qmi_wwan
modprobe -r qmap_wwan
modprobe qmap_wwan
modprobe qmi_wwan
each_has_its_driver "this driver is loaded, then qmi_wwan"

step "a name that is taken fails the load, and the log says what to do"
modprobe -r qmap_wwan
! modprobe qmap_wwan driver_name=qmi_wwan 2> /tmp/error || fail "two drivers of one name"
klog_has "there is a driver qmi_wwan already: unload it, or choose another driver_name" ||
	fail "no word about the name"
for name in '' a/b; do
	! modprobe qmap_wwan "driver_name=$name" 2> /tmp/error || fail "driver_name='$name' was taken"
done

step "under that name alone, it serves what it knows"
modprobe -r qmi_wwan
modprobe qmap_wwan driver_name=qmi_wwan qmap_mode=1
modem_start -d ec25 -n 1
wait_for_modem
expect_eq "driver of the Quectel modem" qmi_wwan "$(driver_of 4)"
agree qmap
connect 1 wwan0
answers 1
modem_stop
modprobe -r qmap_wwan

step "the in-tree driver has the modem already"
modprobe -C /dev/null qmi_wwan
modem_start -d ec25 -n 1
wait_for 10 link_exists wwan0
[ ! -d /sys/module/qmap_wwan ] || fail "both are loaded"
expect_eq "driver of the Quectel modem" qmi_wwan "$(driver_of 4)"
follow_recipe load
wait_for_modem
expect_eq "driver of the Quectel modem" qmap_wwan "$(driver_of 4)"
expect_eq "qmap_mode" 1 "$(< /sys/class/net/wwan0/qmap_mode)"
agree qmap
connect 1 wwan0
answers 1
