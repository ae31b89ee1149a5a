# shellcheck shell=bash
# machine: pair
# kernels: 6.1 6.12
# except: 6.1-xhci 6.12-xhci
# seconds: 60
# programs: ip ping ethtool qmodem
# modules: virtio_pci virtio_console xhci_pci tun usbnet cdc_wdm
# sources: tests/lib
#
# The host sleeps under load: twice only its devices are suspended, and once the power is off
# (S3). QEMU's USB controller loses its state each time, so the modem is reset. Afterwards
# DTR is set again, netdevs and the open QMI channel still work, and only packets that were
# on the bus are lost.
. "$SRC/tests/lib/case.sh"

PDNS="1 2 3 4"
PINGS=60	# of each PDN, two to three seconds
LOST=6		# of which so many may be on the bus when it stops

# The modem is another machine. Its statistics are read over its first PDN.
play_modem() {
	local n
	qmodem -d rm520 > "$MODEM_LOG" 2>&1 &
	modem_pid=$!
	wait_for 30 modem_says_ready
	qmodem ctl format qmapv5 32768
	for n in $PDNS; do
		qmodem ctl call "$n" $((0x80 + n)) 4
	done
	ip netns exec pdn1 busybox nc -ll -p 7 -e /job/qmodem ctl stats
}

# Replaces that of tests/lib/modem.sh.
modem_stat() { # name
	busybox nc -w 5 10.64.1.1 7 < /dev/null | sed -n "s/^$1 //p"
}

# shellcheck disable=SC2317 # wait_for calls it
all_answer() {
	local n
	for n in $PDNS; do
		answers "$n" || return
	done
}

suspend() { # how: test, deep
	local began
	if [ "$1" = test ]; then
		echo devices > /sys/power/pm_test
		echo freeze > /sys/power/state
		return
	fi
	echo none > /sys/power/pm_test
	began=$(< /sys/class/rtc/rtc0/since_epoch)
	echo +6 > /sys/class/rtc/rtc0/wakealarm
	echo mem > /sys/power/state
	expect_within "seconds of sleep" 5 60 $(($(< /sys/class/rtc/rtc0/since_epoch) - began))
}

sleep_under_load() { # how
	local n pids=()
	for n in $PDNS; do
		ping -q -c $PINGS -i 0.04 -W 10 -s 1200 "10.64.$n.1" > "/tmp/ping.$n" & pids+=($!)
	done
	sleep 1
	suspend "$1"
	wait "${pids[@]}"
	for n in $PDNS; do
		expect_within "pings of PDN $n that were answered" $((PINGS - LOST)) $PINGS \
			"$(sed -n 's/.* \([0-9]*\) received,.*/\1/p' "/tmp/ping.$n")"
	done
}

if [ "$PART" = modem ]; then
	play_modem
fi

driver_load qmap_mode=4
wait_for 60 link_exists wwan0
for n in $PDNS; do
	configure_link "wwan0.$n" "10.64.$n.2/24" "10.64.$n.1" 1500
done
wait_for 30 all_answer
exec 9<> "$QMI_DEVICE"
qmi_answers
before=$(identity)
dtr=$(modem_stat dtr_changes)
echo 1 > /sys/module/suspend/parameters/pm_test_delay

# Deep sleep only at the end: QEMU's machine loses its power management in it.
for how in test test deep; do
	step "sleep: $how"
	sleep_under_load $how
	wait_for 5 all_answer
	qmi_answers
	expect_eq "netdevs and QMI channel" "$before" "$(identity)"
	expect_eq "dtr of the modem" 1 "$(modem_stat dtr)"
	dtr=$((dtr + 2))
	expect_eq "times that DTR was lost and asserted" $dtr "$(modem_stat dtr_changes)"
done
expect_eq "tx_errors" 0 "$(< /sys/class/net/wwan0/statistics/tx_errors)"
expect_eq "rx_errors" 0 "$(< /sys/class/net/wwan0/statistics/rx_errors)"
expect_eq "violations seen by the modem" 0 "$(modem_stat violations)"
