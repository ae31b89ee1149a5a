# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Real traffic between a link and the servers behind its PDN; for cases that have sourced
# case.sh.

FILE_BYTES=3000000
machine_is_fast || FILE_BYTES=2000000

in_pdn() { # pdn, command...
	local pdn=$1
	shift
	ip netns exec "pdn$pdn" "$@"
}

listens() { # pdn, t(cp) or u(dp), port
	in_pdn "$1" ss -Hln"$2" | grep -q ":$3 "
}

host_listens() { # t(cp) or u(dp), port
	ss -Hln"$1" | grep -q ":$2 "
}

start_iperf() { # pdn
	in_pdn "$1" iperf3 -s -D > /dev/null
	wait_for 20 listens "$1" t 5201
}

start_echo() { # pdn
	in_pdn "$1" python3 "$SRC/tests/programs/udp_sizes.py" serve &
	wait_for 20 listens "$1" u 7
}

# Traffic both ways until it is killed, whatever happens to the links.
start_load() { # pdns...
	python3 "$SRC/tests/programs/load.py" "$@" &
	wait_for 30 listens "$1" t 5001
}

packets_of() { # links...
	local link
	for link; do
		cat "/sys/class/net/$link/statistics/rx_packets" "/sys/class/net/$link/statistics/tx_packets"
	done
}

more_packets() { # links...
	local i now
	mapfile -t now < <(packets_of "$@")
	for i in "${!packets[@]}"; do
		[ "${now[i]:-0}" -ge $((packets[i] + 20)) ] || return
	done
}

# Under the load of start_load(), these links still send and receive.
go_on() { # links...
	local packets
	mapfile -t packets < <(packets_of "$@")
	wait_for 20 more_packets "$@"
}

pings() { # pdn
	ping -q -c 3 -i 0.2 -W 30 "10.64.$1.1" > /dev/null || fail "no ping over PDN $1"
	ping -q -c 3 -i 0.2 -W 30 "2001:db8:$1::1" > /dev/null || fail "no ping6 over PDN $1"
}

# Bits per second of a finished run, as the receiver counted them.
iperf() { # pdn, arguments of iperf3...
	local pdn=$1
	shift
	iperf3 -J -c "10.64.$pdn.1" "$@" > "/tmp/iperf.$pdn" ||
		fail "iperf3 $*: $(grep error "/tmp/iperf.$pdn")"
	awk -F '[:,]' '/sum_received/ { found = 1 } found && /bits_per_second/ { printf "%d\n", $2; exit }' \
		"/tmp/iperf.$pdn"
}

# What runs a command on the host that has the address of the call: here, or elsewhere.
host=()

send_file() { # direction (up, down), pdn, file
	local from=("${host[@]}") to=("${host[@]}") address=10.64.$2.1
	rm -f "/tmp/arrived.$1"
	case $1 in
	up) to=(in_pdn "$2") ;;
	down) from=(in_pdn "$2") address=10.64.$2.2 ;;
	esac
	"${to[@]}" socat -u "TCP-LISTEN:5000,bind=$address,reuseaddr" "CREATE:/tmp/arrived.$1" &
	"${from[@]}" socat -u "OPEN:$3" "TCP:$address:5000,retry=100,interval=0.1"
	wait $!
	cmp "$3" "/tmp/arrived.$1" || fail "the file arrived changed, ${1}link"
}

send_files() { # pdn, file; both ways at once
	local up
	send_file up "$1" "$2" &
	up=$!
	send_file down "$1" "$2"
	wait $up
}

datagrams_of_all_sizes() { # pdn, MTU
	python3 "$SRC/tests/programs/udp_sizes.py" check "10.64.$1.1" 1 $(($2 - 28))
	python3 "$SRC/tests/programs/udp_sizes.py" check "2001:db8:$1::1" $(($2 - 348)) $(($2 - 48))
	python3 "$SRC/tests/programs/udp_sizes.py" mixed "10.64.$1.1" $(($2 + 1000)) 100
	python3 "$SRC/tests/programs/udp_sizes.py" mixed "2001:db8:$1::1" $(($2 + 1000)) 100
}

make_file() {
	head -c "$FILE_BYTES" /dev/urandom > /tmp/file
}

# All kinds, over one PDN.
traffic() { # pdn
	step "PDN $1: ping"
	pings "$1"
	step "PDN $1: datagrams of all sizes"
	datagrams_of_all_sizes "$1" 1500
	step "PDN $1: TCP, both ways at once"
	echo "uplink $(($(iperf "$1" --bidir -n 2M) / 1000000)) Mbit/s"
	step "PDN $1: files, with as much uplink aggregation as was agreed on"
	echo 11 > /sys/class/net/wwan0/tx_aggr_max_frames
	echo 8192 > /sys/class/net/wwan0/tx_aggr_max_bytes
	send_files "$1" /tmp/file
}

# With PDN 1 behind the last link of each mode.
traffic_in_modes() { # product, protocol (qmap, qmapv5), rx_urb_size, frames, qmap_modes...
	local model=$1 protocol=$2 size=$3 frames=$4 mode link
	shift 4
	make_file
	modem_start -d "$model" -n 1
	start_iperf 1
	start_echo 1
	for mode; do
		step "$model, qmap_mode=$mode"
		link=wwan0$([ "$mode" -le 1 ] || echo ".$mode")
		driver_load "qmap_mode=$mode"
		wait_for_modem
		klog_has "qmap_mode = $mode, rx_urb_size = $size" || fail "no line at bind"
		agree "$([ "$mode" = 0 ] && echo none || echo "$protocol")"
		connect 1 "$link" 4
		connect 1 "$link" 6
		traffic 1
		[ "$mode" = 0 ] || transfers_are_full 1 "$frames"
		driver_unload
		qmodem ctl unplug
		qmodem ctl plug
	done
	modem_stop
}

send_down() { # pdn, how many, bytes
	in_pdn "$1" python3 "$SRC/tests/programs/send.py" "10.64.$1.2" "$2" "$3" 1
}

# The modem has taken so many frames for the PDN.
sent() { # pdn, frames
	[ "$(modem_stat "pdn$1_uplink_frames")" -ge "$2" ]
}

has_sent() { # frames
	[ "$(modem_stat downlink_frames)" -ge "$1" ]
}

# On average so many long datagrams share a downlink transfer when enough of them wait.
transfers_are_full() { # pdn, frames at least
	local count=$((20 * $2)) transfers frames
	qmodem ctl silence in on
	qmodem ctl reset-stats
	send_down "$1" $count 1372
	qmodem ctl silence in off
	wait_for 10 has_sent $count
	transfers=$(modem_stat downlink_transfers)
	frames=$(((count + transfers / 2) / transfers))
	[ "$frames" -ge "$2" ] || fail "frames in a transfer: expected at least $2, got $frames"
	echo "$frames frames in a downlink transfer"
}
