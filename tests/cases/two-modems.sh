# shellcheck shell=bash
# seconds: 32
# except: mips
#
# Two modems at once, EC25 at high speed and RM520 at SuperSpeed, four PDNs each:
#
#	wwan0.1 ... wwan0.4   10.64.1.2 ... 10.64.4.2   qmodem -d ec25
#	wwan1.1 ... wwan1.4   10.64.5.2 ... 10.64.8.2   qmodem -d rm520
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

second=/run/second

driver_load qmap_mode=4
modem_start -d ec25
wait_for_modem
QMODEM=$second qmodem -d rm520 --networks-from=5 > /tmp/second.log 2>&1 &
wait_for 10 test -e /sys/class/net/wwan1/upper_wwan1.4

step "names and sysfs apart"
expect_eq "mode of wwan1" 4 "$(< /sys/class/net/wwan1/qmap_mode)"
expect_eq "buffers" "4096 32768" "$(cat /sys/class/net/wwan[01]/qmap_size | paste -sd ' ')"
expect_eq "link_state at first" "0x1 0x0" "$(cat /sys/class/net/wwan[01]/link_state | paste -sd ' ')"
for i in 0 1; do
	expect_eq "links of wwan$i" "wwan$i.1 wwan$i.2 wwan$i.3 wwan$i.4" \
		"$(cd /sys/class/net/wwan$i && echo upper_* | sed s/upper_//g)"
	expect_eq "netdevs of the interface of wwan$i" wwan$i "$(ls /sys/class/net/wwan$i/device/net)"
	test -e "/sys/class/net/wwan$i/device/usbmisc/cdc-wdm$i" || fail "no cdc-wdm$i on wwan$i"
done

step "eight data calls"
agree qmap wwan0
QMODEM=$second agree qmapv5 wwan1
for n in 1 2 3 4; do
	connect $n wwan0.$n
	QMODEM=$second connect $((n + 4)) wwan1.$n
done
for n in 1 2 3 4 5 6 7 8; do
	answers $n
done

step "one modem is unplugged under load"
for n in 2 6; do
	start_echo $n
	start_iperf $n
done
iperf3 -c 10.64.2.1 -t 30 > /dev/null 2>&1 & load=$!
for size in "1 100" "1300 1472"; do
	for n in 2 6; do
		# shellcheck disable=SC2086 # two words
		python3 "$SRC/tests/programs/udp_sizes.py" check 10.64.$n.1 $size & pids[n]=$!
	done
	wait "${pids[2]}" "${pids[6]}"
done
timeout 60 iperf3 -c 10.64.6.1 -t 3 -R > /tmp/iperf.6 & survivor=$!
sleep 1
qmodem ctl unplug
wait_for 10 modem_is_gone
wait $survivor
for n in 5 6 7 8; do
	answers $n
done
kill $load || true
expect_eq "netdevs left" "wwan1 wwan1.1 wwan1.2 wwan1.3 wwan1.4" \
	"$(cd /sys/class/net && echo wwan*)"

step "plugged in again, it is wwan0 as before"
qmodem ctl plug
wait_for_modem
agree qmap
connect 1 wwan0.1
answers 1
answers 5
step "a name by the USB port, from the example of a .link file"
install_link_file wwan0
/usr/lib/systemd/systemd-udevd --daemon 2> /tmp/udevd
qmodem ctl unplug
wait_for 10 modem_is_gone
qmodem ctl plug
wait_for 30 link_exists lte0	# udev loads the modules of the other interfaces first
expect_eq "links of lte0" "0x81 0x82 0x83 0x84" "$(cat /sys/class/net/lte0/upper_*/qmap/mux_id | paste -sd ' ')"
answers 5

step "the names of the other modem's links belong to the renamed one"
QMODEM=$second qmodem ctl unplug
wait_for 10 eval '! link_exists wwan1'
QMODEM=$second qmodem ctl plug
wait_for 10 test -e /sys/class/net/wwan0/upper_wwan1.4
expect_eq "parent of wwan1.1" wwan0 "$(basename "$(readlink -f /sys/class/net/wwan1.1/lower_*)")"
QMODEM=$second agree qmapv5
echo 1 > /sys/class/net/wwan0/link_state
QMODEM=$second qmodem ctl call 5 0x81 4
ip link set wwan0 up
ip link set wwan1.1 up
ip address add 10.64.5.2/24 dev wwan1.1
wait_for 5 answers 5

expect_eq "violations seen by the second modem" 0 \
	"$(QMODEM=$second modem_stat violations)"
