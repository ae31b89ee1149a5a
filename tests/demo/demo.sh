#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# seconds: 60
# settings: PRODUCT=ec25
#
# The demo, as a case. "make demo" shows what it prints; "make demo PRODUCT=rm520" has
# another modem.
# shellcheck source=tests/lib/case.sh
. "$SRC/tests/lib/case.sh"
# shellcheck source=tests/lib/traffic.sh
. "$SRC/tests/lib/traffic.sh"

pdns="1 2 3 4"
seconds=5

headline() {
	printf '\n\033[1m%s\033[0m\n' "$*"
}

headline "A virtual Quectel ${PRODUCT^^}, with four PDNs behind it"
echo "+ qmodem -d $PRODUCT -n 4 &"
modem_start -d "$PRODUCT" -n 4

headline "The driver, told to make four links"
echo "+ insmod qmap-wwan.ko qmap_mode=4"
mark=$(dmesg | wc -l)
driver_load qmap_mode=4
wait_for_modem
dmesg | tail -n "+$((mark + 1))" | grep -E 'qmap_wwan|wwan0' | grep -v taint

headline "QMI: QMAP in both directions, then one data call for each link"
protocol=qmap
[ "$(counter tx_qmap_version)" = 1 ] || protocol=qmapv5
set_data_format $protocol | sed 1d
for n in $pdns; do
	echo "+ wwan0.$n: bind mux id 0x8$n, IPv4, start network, ask for its settings"
	dial "$n" "wwan0.$n" 4 | grep -E 'address|MTU'
done

headline "The links"
ip -br address | grep wwan

headline "Each PDN answers on its own link"
for n in $pdns; do
	ping -c 2 -i 0.2 -I "wwan0.$n" "10.64.$n.1" | grep 'bytes from'
done

headline "All four at once: TCP down, $seconds s"
for n in $pdns; do
	start_iperf "$n"
done
qmodem ctl reset-stats
clients=()
for n in $pdns; do
	iperf3 -c "10.64.$n.1" -R -t "$seconds" -f m > "/tmp/iperf.$n" &
	clients+=($!)
done
for client in "${clients[@]}"; do
	wait "$client"
done
for n in $pdns; do
	sed -n "s/^.*sec  *\(.*Bytes\) *\(.*bits.sec\) *receiver/wwan0.$n  \1  \2/p" "/tmp/iperf.$n"
done
qmodem ctl stats | grep -E '^downlink_(transfers|frames)'
frames=$(modem_stat downlink_frames)
transfers=$(modem_stat downlink_transfers)
violations=$(modem_stat violations)

headline "Verdict"
printf 'Four data calls, four addresses, one USB interface. %d.%02d packets in each\n' \
	$((frames / transfers)) $((frames * 100 / transfers % 100))
echo "downlink transfer of up to $(cat /sys/class/net/wwan0/qmap_size) bytes; $violations violations of the protocol seen by the modem."
