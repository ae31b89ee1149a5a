# shellcheck shell=bash
# machine: counted
# kernels: 6.12
# seconds: 280
# programs: ethtool
# modules: vhci_hcd usbnet cdc_wdm
# without: 32 qmodem qmclient qmproxy qmap-connect
#
# The bench, inside the guest: one driver ($DRIVER), the rows of $ROW. Beside it
# lie the programs, the modules and the settings that tests/bench/run has put
# there. A row is a line of rows() and is printed as "RESULT row key=value ...".
set -Eeuo pipefail
shopt -s inherit_errexit

# shellcheck disable=SC1091 # made by tests/bench/run
. /job/settings

MTU=1400
UL_BYTES=16384 UL_FRAMES=64	# of an uplink transfer, for every driver
UL_USECS=800			# rmnet's timer, as by default
RUNS=7				# of a row that counts what a packet costs
PROFILE_LINES=60
LINKS="1 2 3 4"

fail() {
	echo "FAILED: $*" >&2
	exit 1
}
trap 'echo "line $LINENO: $BASH_COMMAND: exit status $?" >&2' ERR

wait_for() { # command...
	local tries=200
	until "$@" 2> /dev/null; do
		[ $((tries--)) -gt 0 ] || fail "not within 10 s: $*"
		sleep 0.05
	done
}

# name  group  kind  KEY=VALUE...
#
# A group is a size of downlink transfers, by the modem that has it, and a
# version of QMAP.
rows() {
	sed '/^$/d' <<- 'ROWS'
	rx-udp-4      4   down      frames=10000 transfer=4096
	rx-udp-16     16  down      frames=20000
	rx-udp-64     16  down      frames=30000 packet=64
	rx-links      16  down      frames=20000 links=4
	rx-links-64   16  down      frames=30000 packet=64 links=4
	rx-tcp-16     16  down-tcp  frames=20000 skip=4000 window=16
	rx-saturated  16  down      frames=60000 packet=64 window=0 policy=0
	rx-burst      16  down      frames=60000 packet=64 window=0 paused=1 policy=0
	tx-udp        16  up        frames=10000
	tx-udp-64     16  up        frames=10000 packet=64
	tx-tcp        16  up-tcp    frames=16000 skip=4000
	tx-tcp-gro    16  up-tcp    frames=16000 skip=4000 gro=1
	tx-slow       16  line      msecs=2000 per_urb=500000 flood=1
	echo          16  line      count=200 msecs=500 per_byte=800 flood=1
	idle          16  lone      count=50
	echo-single   16  line      count=200 msecs=500 per_byte=800 flood=1
	rx-udp-31     31  down      frames=20000 transfer=31744
	rx-tcp-31     31  down-tcp  frames=20000 skip=4000 window=16 transfer=31744
	rx-tcp-16-v5  16v5 down-tcp frames=20000 skip=4000 window=16 v5=1
	tx-tcp-v5     16v5 up-tcp   frames=16000 skip=4000 v5=1
	ROWS
}

product() { # group
	case $1 in
	4) echo ec25 ;;
	16*) echo eg12 ;;
	31) echo rm520 ;;
	esac
}

rx_size() { # group
	case $1 in
	4) echo 4096 ;;
	16*) echo 16384 ;;
	31) echo 31744 ;;
	esac
}

# --- the drivers: load, make the links of a group, limits of the uplink, unload

parent_is_there() { [ -e /sys/class/net/wwan0 ]; }

# By the vendor's face, which is all that another driver of its kind has. It takes
# the limits of the uplink once.
vendor_links() {
	local n
	qmioctl wwan0 format rx_urb_size="$(rx_size "$1")" ul_max_datagrams=$UL_FRAMES \
		ul_max_size=$UL_BYTES
	for n in $LINKS; do
		echo "$n" > /sys/class/net/wwan0/link_state
	done
	ip link set wwan0 up
}

ours_load() { insmod "$KO" qmap_mode=4; }
ours_links() {
	local version=1
	[ "$1" != 16v5 ] || version=5
	vendor_links "$1"
	echo $version > /sys/class/net/wwan0/tx_qmap_version
}
ours_link() { echo "wwan0.$1"; }
ours_single() { qmioctl wwan0 format ul_max_datagrams=1 ul_max_size=$UL_BYTES; }
ours_unload() { rmmod qmap_wwan; }

# shellcheck disable=SC2086 # words
peer_load() { insmod /job/peer.ko ${PEER_ARGS:-}; }
peer_links() { vendor_links "$1"; }
peer_link() {
	local link=wwan0.$1
	[ -e "/sys/class/net/$link" ] || link=wwan0_$1
	echo "$link"
}
peer_single() { return 1; }
peer_unload() { rmmod "$PEER_NAME"; }

# The size of downlink transfers follows from an MTU that is set while the
# netdev still looks like Ethernet, as ModemManager does it.
qmi_wwan_setup() { # group
	ip link set wwan0 mtu "$(rx_size "$1")"
	echo Y > /sys/class/net/wwan0/qmi/raw_ip
}

qmimux_load() { insmod /job/qmi_wwan.ko; }
qmimux_links() {
	local n
	qmi_wwan_setup "$1"
	for n in $LINKS; do
		echo $((0x80 + n)) > /sys/class/net/wwan0/qmi/add_mux
	done
	ip link set wwan0 up
}
qmimux_link() { echo "qmimux$(($1 - 1))"; }
qmimux_single() { :; }
qmimux_unload() { rmmod qmi_wwan; }

# Deaggregation, and for QMAPv5 checksums in both directions (if_link.h). What
# these flags promise has to be switched on too.
rmnet_load() {
	insmod /job/qmi_wwan.ko
	insmod /job/rmnet.ko
}
rmnet_links() {
	local n flags=0x1
	[ "$1" != 16v5 ] || flags=0x31
	qmi_wwan_setup "$1"
	echo Y > /sys/class/net/wwan0/qmi/pass_through
	ip link set wwan0 up
	for n in $LINKS; do
		qbench rmnet wwan0 "rmnet$n" $((0x80 + n)) $flags
		[ "$1" != 16v5 ] || ethtool -K "rmnet$n" rx on tx on sg on > /tmp/ethtool
	done
	qbench coalesce rmnet1 $UL_BYTES $UL_FRAMES $UL_USECS
}
rmnet_link() { echo "rmnet$1"; }
rmnet_single() { qbench coalesce rmnet1 $UL_BYTES 1 $UL_USECS; }
rmnet_unload() { rmmod rmnet qmi_wwan; }

null_load() { insmod /job/qmap_null.ko rx_urb_size="$(rx_size "$1")"; }
null_links() { :; }
null_link() { echo wwan0; }
null_unload() { rmmod qmap_null; }

# --- a group of rows

modem_pid=

set_up() { # group
	local n link
	qbench modem "$(product "$1")" &
	modem_pid=$!
	"${DRIVER}_load" "$1"
	wait_for parent_is_there
	"${DRIVER}_links" "$1"
	for n in $LINKS; do
		link=$("${DRIVER}_link" "$n")
		[ -e "/sys/class/net/$link" ] || fail "no $link"
		ip link set "$link" mtu "$link_mtu" up
		ip address add "10.64.$n.2/24" dev "$link"
		[ "$DRIVER" != null ] || break
	done
}

parent_is_gone() { ! parent_is_there; }

tear_down() {
	kill "$modem_pid"
	wait "$modem_pid" || true
	wait_for parent_is_gone
	"${DRIVER}_unload"
}

# The null run has no sink, and where the uplink is measured one datagram that
# fills a transfer.
run_row() { # name, kind, KEY=VALUE...
	local name=$1 kind=$2
	shift 2
	case $DRIVER,$kind in
	null,down|null,down-tcp) measure "$name" down "$@" sink=0 skip=0 ;;
	null,up) measure "$name" up "$@" frames=2000 packet=$((UL_BYTES - 4)) ;;
	null,*) ;;
	*)
		# Without aggregation until the modem is plugged in again.
		[ "$name" != echo-single ] || "${DRIVER}_single" || return 0
		measure "$name" "$kind" "$@"
		;;
	esac
}

# Modem and bus are threads here, and who runs when is the scheduler's whim: worth
# some percent, and another with each change of anything. What hardware would do
# is also the steadiest. What it sends interrupts programs, and it is done when it
# is done: SCHED_FIFO (1). What is sent to it waits while the CPU has other work,
# as a bus is slower than a CPU: SCHED_BATCH (3), which preempts nobody. Where the
# question is what is lost when the host is late, all share fairly (0).
policy() { # kind
	case $1 in
	up*) echo 3 ;;
	*) echo 1 ;;
	esac
}

# Transfers that our driver's timer has sent; nothing for other drivers.
sent_by_timer() {
	ethtool -S wwan0 2> /dev/null | sed -n 's/^ *tx_sent_timer: //p' || true
}

# The clock counts instructions, and so does a profile by the clock.
profiled() { # command...
	if [ -z "$PROFILE" ]; then
		"$@"
		return
	fi
	perf record -q -a -e cpu-clock -F 50000 -o /tmp/perf.data "$@"
	perf report -i /tmp/perf.data --stdio --sort comm,dso,symbol > /tmp/profile 2> /dev/null
	grep -E '^ +[0-9]' /tmp/profile | sed -n "s/ *-  *-\$//; 1,${PROFILE_LINES}p"
}

value_of() { # key; reads a result
	tr ' ' '\n' | sed -n "s/^$1=//p" | tail -n 1
}

# A tenth of the row, before it is measured: what is allocated and looked up for
# the first time is not what is measured, and a driver that takes or makes wrong
# checksums shall not win. Of what the modem sends by UDP, the last packet has one.
check() { # name, kind, frames, KEY=VALUE...
	local name=$1 kind=$2 frames=$3 result
	shift 3
	result=$(qbench row "$name" "$kind" "$@" frames="$frames" skip=0 verify=1)
	[ "$(value_of bad_checksums <<< "$result")" = 0 ] || fail "$name: wrong checksums"
	[ "$kind,$DRIVER" != down,null ] || return 0
	[ "$kind" = down ] && [[ " $* " != *" window=0 "* ]] || return 0
	[ "$(value_of received <<< "$result")" = $((frames - 1)) ] ||
		fail "$name: a packet with a wrong checksum came through, or others did not"
}

# TCP's window and acknowledgements make a run now and then cost some percent more or
# less than the others. report.py takes the median.
runs() { # kind, KEY=VALUE...
	case $* in
	line*|lone*|*window=0*) echo 1 ;;
	*) echo "$RUNS" ;;
	esac
}

measure() { # name, kind, KEY=VALUE...
	local name=$1 kind=$2 frames timer left
	shift 2
	frames=$(value_of frames <<< "$*")
	set -- policy="$(policy "$kind")" "$@"
	[ -z "$frames" ] || check "$name" "$kind" $((frames / 10)) "$@"
	for ((left = $(runs "$kind" "$@"); left; left--)); do
		timer=$(sent_by_timer)
		profiled qbench row "$name" "$kind" "$@" > /tmp/result
		[ -z "$timer" ] ||
			sed -i "/^RESULT/s/\$/ by_timer=$(($(sent_by_timer) - timer))/" /tmp/result
		cat /tmp/result
		sleep 0.5	# the serial line is slow
	done
}

# rmnet takes no MTU above 16384, and with that no larger transfers; qmimux takes
# QMAPv5's header for the packet.
knows() { # group
	case $DRIVER,$1 in
	rmnet,31|qmimux,16v5) return 1 ;;
	esac
}

run_group() { # group
	local name group kind arguments ready=
	while read -r name group kind arguments; do
		[ "$group" = "$1" ] || continue
		[[ " ${ROW:-$name} " = *" $name "* ]] || continue
		[ -n "$ready" ] || set_up "$group"
		ready=1
		# shellcheck disable=SC2086 # words
		run_row "$name" "$kind" $arguments < /dev/null
	done <<< "$(rows)"
	[ -z "$ready" ] || tear_down
}

# --- the machine

# A kernel that is built here may lack it.
write_if_there() { # text, file
	[ ! -e "$2" ] || echo "$1" > "$2"
}

link_mtu=$MTU
[ "$DRIVER" != null ] || link_mtu=$UL_BYTES
# As any system with systemd has it.
echo fq_codel > /proc/sys/net/core/default_qdisc
write_if_there WAKEUP_PREEMPTION /sys/kernel/debug/sched/features
echo -1 > /proc/sys/kernel/sched_rt_runtime_us
echo 1 > /proc/sys/net/ipv4/tcp_no_metrics_save
echo "0 0" > /proc/sys/net/ipv4/ping_group_range
echo "100000 150000 200000" > /proc/sys/net/ipv4/udp_mem
echo 0 > /proc/sys/kernel/kptr_restrict
write_if_there 100000 /proc/sys/kernel/perf_event_max_sample_rate
write_if_there 0 /proc/sys/kernel/perf_cpu_time_max_percent
[ ! -d /proc/sys/net/ipv6 ] || echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6

for group in 4 16 31 16v5; do
	! knows "$group" || run_group "$group"
done
