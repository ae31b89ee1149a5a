# shellcheck shell=bash
# seconds: 52
#
# Each product binds on its interface with its buffer size. An interface without QMI is
# refused, and the log says why.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

driver_load qmap_mode=1

bound_interface() { basename "$(readlink -f /sys/class/net/wwan0/device)"; }

binds() { # product, interface, rx_urb_size, dtr, options of qmodem...
	local product=$1 number=$2 size=$3 dtr=$4
	shift 4
	step "$product"
	dmesg -c > /dev/null
	modem_start -d "$product" -n 1 "$@"
	wait_for_modem
	expect_eq "interface" "$number" "$(bound_interface | sed 's/.*\.//')"
	klog_has "rx_urb_size = $size\$" || fail "not rx_urb_size = $size: $(dmesg | grep qmap_wwan)"
	expect_eq "DTR" "$dtr" "$(modem_stat dtr)"
	modem_stop
}

# PID, interface, bytes, DTR
while read -r pid number size dtr; do
	binds "$pid" "$number" "$size" "$dtr"
done << 'EOT'
0125 4 4096 1
0121 4 4096 1
030e 4 4096 1
0191 4 4096 1
0195 4 4096 1
0296 4 4096 0
0435 4 4096 1
0700 3 4096 1
0306 4 16384 1
030b 4 16384 1
0512 4 16384 1
0620 4 32768 1
0455 2 16384 1
0457 2 16384 1
0316 3 16384 1
0800 4 32768 1
0801 4 32768 1
0122 4 32768 1
013d 4 32768 1
9003 4 4096 0
9215 4 4096 0
EOT

step "an LTE-A modem keeps its size on SuperSpeed"
binds 0512 4 16384 1 -s super

step "endpoints that come up halted"
modem_start -d ec25 -n 1 --halted
wait_for_modem
agree qmap
connect 1 wwan0
ping -q -c 2 -i 0.2 -W 30 10.64.1.1
modem_stop

refused() { # what the log says, options of qmodem...
	local why=$1
	shift
	dmesg -c > /dev/null
	modem_start -n 1 "$@"
	wait_for 10 klog_has "$why"
	! link_exists wwan0 || fail "bound all the same: qmodem $*"
	modem_stop
}

step "refused: the DIAG twin, other USB modes"
refused "qmap_wwan .*no bulk pair with an interrupt endpoint" -d ec25 --twin
refused "qmap_wwan .*class 02 is not QMI.*AT\+QCFG" -d ec25 --usb-mode=ecm
refused "qmap_wwan .*class 02 is not QMI.*AT\+QCFG" -d ec25 --usb-mode=mbim
refused "qmap_wwan .*class e0 is not QMI.*AT\+QCFG" -d ec25 --usb-mode=rndis

step "a foreign id is left alone, until new_id"
dmesg -c > /dev/null
modem_start -d ec25 -n 1 --vid=1199 --pid=9071
sleep 1
! link_exists wwan0 || fail "bound 1199:9071"
! klog_has qmap_wwan || fail "$(dmesg)"
echo 1199 9071 > $DRIVER/new_id
wait_for_modem
expect_eq "interfaces taken" "$(bound_interface)" "$(basename -a $DRIVER/*:*)"
klog_has "unknown QMI modem, high-speed, QMAPv1, qmap_mode = 1, rx_urb_size = 16384" || fail "$(dmesg)"
modem_stop
