# shellcheck shell=bash
# settings: DURATION=12 SEED=1
# seconds: 40 + 2 * DURATION
#
# Several programs at once set everything that can be set, to random values, with traffic
# both ways over two PDNs. For longer: "make check CASE=faces DURATION=3600 SEED=7".
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

PROCESSES=3
QMI=/sys/class/net/wwan0/qmi

# Leaves exactly the two links. Links are numbered as they are made, so both are made again if
# they have each other's names.
add_muxes() {
	local id
	[ "$(cat $QMI/add_mux /sys/class/net/qmimux{0,1}/qmap/mux_id | xargs)" != \
		"0x81 0x82 0x81 0x82" ] || return 0
	while read -r id; do
		echo "$id" > $QMI/del_mux
	done < <(cat $QMI/add_mux)
	echo 0x81 > $QMI/add_mux
	echo 0x82 > $QMI/add_mux
}

set_links_up() {
	link_state wwan0.1 up
	link_state wwan0.2 up
}

# Undoes settings that stop all traffic, and leaves the others.
mend() { # links...
	local link pdn=0
	tell_version qmapv5
	ip link set wwan0 up mtu 31744
	for link; do
		pdn=$((pdn + 1))
		[ ! -e "/sys/class/net/$link/bridge_mode" ] || echo 0 > "/sys/class/net/$link/bridge_mode"
		ip link set "$link" up mtu 1500 txqueuelen 1000 arp off dynamic off
		tc qdisc replace dev "$link" root pfifo_fast
		ip address replace "10.64.$pdn.2/24" dev "$link"
	done
}

# Does all this again and again.
keep_mending() { # command that makes the links, links...
	while :; do
		"$1" || true
		mend "${@:2}" || true
		sleep 0.5
	done 2> /dev/null
}

racing() { # qmap_mode, command that makes the links, first link, second, faces of that mode...
	local mode=$1 make=$2 links=("$3" "$4") mender load
	step "qmap_mode=$mode, seed $SEED"
	driver_load qmap_mode="$mode"
	wait_for_modem
	ip link set wwan0 up mtu 31744
	"$make"
	mend "${links[@]}"
	qmodem ctl format qmapv5 32768
	qmodem ctl call 1 0x81 4
	qmodem ctl call 2 0x82 4
	start_load 1 2
	load=$!
	busybox renice -n 10 -p "$load"
	go_on "${links[@]}"

	keep_mending "$make" "${links[@]}" &
	mender=$!
	shift 4
	python3 "$SRC/tests/programs/faces.py" "$DURATION" $PROCESSES "$SEED" "$@" "sysfs, netdevs" \
		"sysfs, power" "ioctls, interfaces" "ethtool, ioctl" "rtnetlink, links" \
		"rtnetlink, qdiscs"
	kill "$mender"
	wait "$mender" || true

	step "qmap_mode=$mode, traffic afterwards"
	kill "$load"
	# if the device slept at once, an answer would take longer than wait_for() waits
	let_sleep 2000
	"$make"
	mend "${links[@]}"
	qmodem ctl reset-stats
	wait_for 10 answers 1
	wait_for 10 answers 2
	driver_unload
	nothing_left
}

no_ipv6
modem_start -d rm520
racing 0 add_muxes qmimux0 qmimux1 add_mux del_mux raw_ip tx_aggr_max_frames \
	tx_aggr_max_bytes tx_aggr_time_usecs tx_qmap_version
qmodem ctl unplug
qmodem ctl plug
racing 2 set_links_up wwan0.1 wwan0.2 link_state "ioctl 89F1" "ioctl 89F2" "ioctl 89F3" \
	tx_aggr_max_frames tx_aggr_max_bytes tx_aggr_time_usecs tx_qmap_version
