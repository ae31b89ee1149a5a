# shellcheck shell=bash
# seconds: 48
#
# Under load the modem is unplugged, and the driver is unloaded.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

CYCLES=20

under_load() { # command...
	local pids=()
	connect 1 wwan0.1
	connect 2 wwan0.2
	start_iperf 1
	start_iperf 2
	timeout 60 iperf3 -c 10.64.1.1 -t 30 > /dev/null 2>&1 & pids+=($!)
	timeout 60 iperf3 -c 10.64.2.1 -t 30 -R > /dev/null 2>&1 & pids+=($!)
	sleep 2
	"$@"
	kill "${pids[@]}" 2> /dev/null || true
	wait "${pids[@]}" 2> /dev/null || true
	in_pdn 1 pkill -x iperf3 || true
}

driver_load qmap_mode=4

step "unplug under load"
modem_start -d rm520
wait_for_modem
agree qmapv5
cat "$QMI_DEVICE" > /dev/null & reader=$!
under_load qmodem ctl unplug
nothing_left
expect_exit_status "who reads the QMI channel" 1 $reader

step "$CYCLES plug cycles"
for ((i = 1; i <= CYCLES; i++)); do
	qmodem ctl plug
	wait_for_modem
	ip link set wwan0 up
	ip link set wwan0.4 addrgenmode none	# it must not send before a data format is agreed on
	ip link set wwan0.4 up
	[ $((i % 2)) = 0 ] || ip link set wwan0 down
	qmodem ctl unplug
	nothing_left
done

step "the last plug works"
qmodem ctl plug
wait_for_modem
agree qmapv5
under_load answers 1

step "unload under load"
ip link set wwan0 down
ip link set wwan0 up
ip link set wwan0.2 up
ip route replace 10.64.2.1 dev wwan0.2
timeout 60 iperf3 -c 10.64.2.1 -t 30 > /dev/null 2>&1 &
load=$!
sleep 2
driver_unload
nothing_left
kill $load || true

step "load again"
driver_load qmap_mode=4
wait_for_modem
agree qmapv5
connect 3 wwan0.3
wait_for 5 answers 3
