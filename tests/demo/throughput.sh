#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# seconds: 400
#
# How fast the driver is beside the in-tree drivers, on the same modem with the same sizes
# of transfers. "make throughput" shows what it prints.
#
# Everything runs on one CPU, the modem and both ends of each connection too. A system call
# of User Mode Linux costs several of the host's, often more than a packet costs the driver.
# So the absolute figures say little, and the ratios are smaller than the drivers' own
# costs would make them. The drivers take turns and medians are shown, so that noise is the
# same for all.
#
# Each driver brings up the same links, wwan0.1 to wwan0.4, mux ids 0x81 to 0x84:
#
#	ours      qmap_mode=4
#	qmimux    qmi_wwan, links by qmi/add_mux
#	rmnet     qmi_wwan, qmi/pass_through, links by rmnet
#	peer      peer.ko with the parameters in peer_args, if tests/throughput.sh was
#	          given one: any driver that makes the vendor's netdevs
# shellcheck source=tests/lib/case.sh
. "$SRC/tests/lib/case.sh"
# shellcheck source=tests/lib/traffic.sh
. "$SRC/tests/lib/traffic.sh"

ROUNDS=5
SECONDS_EACH=2
DOWNLINK_SIZE=16380	# rmnet takes no more, and usbnet no multiple of a USB packet
UPLINK_SIZE=8192	# what "qmodem ctl format" agrees on
UPLINK_FRAMES=11
UPLINK_USECS=250
results=/tmp/results

drivers=(ours qmimux rmnet)
[ ! -e /job/peer.ko ] || drivers+=(peer)

# --- each driver: load, make the links, set the limits of the uplink, unload

ours_load() {
	driver_load qmap_mode=4
	wait_for_modem
	set_aggregation $UPLINK_FRAMES $UPLINK_SIZE $UPLINK_USECS
}

ours_unload() { driver_unload; }

# The size of its buffers follows the MTU.
qmi_wwan_load() {
	modprobe qmi_wwan
	wait_for_modem
	ip link set wwan0 down
	echo Y > /sys/class/net/wwan0/qmi/raw_ip
	ip link set wwan0 mtu $DOWNLINK_SIZE addrgenmode none
}

qmimux_load() {
	local n
	qmi_wwan_load
	for n in 1 2 3 4; do
		echo "0x8$n" > /sys/class/net/wwan0/qmi/add_mux
		ip link set qmimux0 name wwan0.$n
	done
}

qmimux_unload() { modprobe -r qmi_wwan; }

rmnet_load() {
	local n
	qmi_wwan_load
	echo Y > /sys/class/net/wwan0/qmi/pass_through
	for n in 1 2 3 4; do
		ip link add wwan0.$n link wwan0 type rmnet mux_id $((0x80 + n))
	done
	python3 "$SRC/tests/programs/coalesce.py" wwan0.1 $UPLINK_SIZE $UPLINK_FRAMES $UPLINK_USECS
}

rmnet_unload() { modprobe -r qmi_wwan rmnet; }

peer_load() {
	modprobe -a usbnet cdc_wdm
	# shellcheck disable=SC2046 # words
	insmod /job/peer.ko $(cat /job/peer_args)
	wait_for_modem
	qmioctl wwan0 format ul_max_datagrams=$UPLINK_FRAMES ul_max_size=$UPLINK_SIZE > /dev/null || true
}

peer_unload() { rmmod "$(modinfo -F name /job/peer.ko)"; }

# --- what is measured

calls() {
	local n
	qmodem ctl format qmap $DOWNLINK_SIZE
	for n in 1 2 3 4; do
		qmodem ctl call $n $((0x80 + n)) 4
		configure_link wwan0.$n 10.64.$n.2/24 10.64.$n.1 1500
	done
	for n in 1 2 3 4; do
		wait_for 5 answers $n
	done
}

# The sum over the links, in Mbit/s.
measure() { # links, arguments of iperf3...
	local links=$1 n pids=()
	shift
	for ((n = 1; n <= links; n++)); do
		iperf $n -t $SECONDS_EACH "$@" > "/tmp/bps.$n" & pids+=($!)
	done
	for n in "${!pids[@]}"; do
		wait "${pids[n]}"
	done
	for ((n = 1; n <= links; n++)); do
		cat "/tmp/bps.$n"
	done | awk '{ sum += $1 } END { printf "%.0f\n", sum / 1e6 }'
}

# More than gets through. Without a limit the receiver would get no CPU at all.
udp="-u -b 100M -l 1372"
tests=("TCP up" "TCP down:-R" "UDP up:$udp" "UDP down:$udp -R")

turn() { # driver
	local links test
	qmodem ctl plug
	qmodem ctl reset-stats
	"$1_load"
	calls
	for links in 1 4; do
		for test in "${tests[@]}"; do
			# shellcheck disable=SC2046,SC2086 # words
			echo "$1:${test%%:*}, $links:$(measure $links $(cut -s -d : -f 2 <<< "$test"))"
		done
	done >> $results
	[ "$1" != ours ] || modem_is_content
	qmodem ctl reset-stats
	qmodem ctl unplug
	wait_for 10 modem_is_gone
	"$1_unload"
}

# --- the table

median() { # driver, test
	sed -n "s/^$1:$2://p" $results | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

row() { # test
	local driver values=() ratios=() ours
	for driver in "${drivers[@]}"; do
		values+=("$(median "$driver" "$1")")
	done
	ours=${values[0]}
	for driver in "${!values[@]}"; do
		[ "$driver" = 0 ] || ratios+=("$(awk "BEGIN { printf \"%.2f\", $ours / ${values[driver]} }")")
	done
	printf '| %s |' "$1" "${values[@]}" "${ratios[@]}" | sed 's/||/|/g'
	echo
}

table() {
	printf '| Mbit/s, links |'
	printf ' %s |' "${drivers[@]}"
	printf ' ours : %s |' "${drivers[@]:1}"
	printf '\n|---|'
	printf -- '--:|%.0s' "${drivers[@]}" "${drivers[@]:1}"
	echo
	for links in 1 4; do
		for test in "${tests[@]}"; do
			row "${test%%:*}, $links"
		done
	done
}

# Microseconds of a read() or write() of one byte.
system_call() {
	local start=${EPOCHREALTIME/./} calls=20000
	dd if=/dev/zero of=/dev/null bs=1 count=$((calls / 2)) status=none
	echo $(((${EPOCHREALTIME/./} - start) / calls))
}

# As on an untuned machine.
echo fq_codel > /proc/sys/net/core/default_qdisc

modem_start -d eg12 --unpadded	# as qmimux does not pad its frames
for n in 1 2 3 4; do
	start_iperf $n
done
qmodem ctl unplug
for ((round = 1; round <= ROUNDS; round++)); do
	for driver in "${drivers[@]}"; do
		step "round $round of $ROUNDS: $driver"
		turn "$driver"
	done
done

echo
echo "Linux $RELEASE, one CPU for everything, $ROUNDS rounds of $SECONDS_EACH s, medians; downlink transfers of"
echo "up to $DOWNLINK_SIZE bytes, uplink of up to $UPLINK_FRAMES packets and $UPLINK_SIZE bytes (qmimux: of one packet);"
echo "a system call costs $(system_call) us"
echo
table
