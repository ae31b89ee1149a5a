# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The driver and its netdevs: load, settings, counters, sleep; for tests/lib/case.sh.

# shellcheck disable=SC2034 # the cases use it
DRIVER=/sys/bus/usb/drivers/qmap_wwan

driver_load() { # module parameters...
	[ -d /sys/module/cdc_wdm ] || modprobe -a usbnet cdc_wdm
	insmod "$KO" "$@"
}

# As a distribution has them, for modprobe and udev, with our modprobe.d file. Only the modules
# that are needed: for all of them depmod takes minutes.
install_modules() { # modules beside ours...
	local tree=/lib/modules/$RELEASE mine=/run/modules module
	mkdir $mine
	for module; do
		modprobe -S "$RELEASE" --show-depends "$module" | awk '$1 == "insmod" { print $2 }'
	done | sort -u | xargs cp -t $mine
	cp "$tree"/modules.{builtin,builtin.modinfo,order} "$KO" $mine
	mount --bind $mine "$tree"
	install -m 644 "$SRC/qmap_wwan.conf" /etc/modprobe.d/
	depmod "$RELEASE"
}

driver_unload() {
	rmmod qmap_wwan
}

link_exists() { # link
	[ -e "/sys/class/net/$1" ]
}

modem_is_gone() {
	! link_exists wwan0
}

# Modem and driver have found each other.
wait_for_modem() {
	wait_for 10 link_exists wwan0
	wait_for 10 test -e "$QMI_DEVICE"
}

# Nothing of driver and modem is left in sysfs.
nothing_left() {
	wait_for 10 modem_is_gone
	expect_eq "netdevs left" "" "$(find /sys/class/net -name 'wwan*')"
	expect_eq "QMI channels left" "" "$(find /dev -name 'cdc-wdm*' -o -name 'wwan0qmi*')"
}

# Differs for netdevs and a QMI channel that were made anew.
identity() {
	cat /sys/class/net/wwan0*/ifindex
	stat -c %i "$QMI_DEVICE"
}

# For cases that count frames: IPv6 sends on each netdev that comes up.
no_ipv6() {
	sysctl -q net.ipv6.conf.default.disable_ipv6=1
}

has_own_network() { # pid
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

# --- sleep

# The device sleeps when it has been idle for this long.
let_sleep() { # milliseconds
	power=$(readlink -f /sys/class/net/wwan0/device/../power)
	echo "$1" > "$power/autosuspend_delay_ms"
	echo auto > "$power/control"
}

asleep() {
	[ "$(< "$power/runtime_status")" = suspended ]
}

# --- counters

counter() { # name, as in ethtool -S; netdev
	local counters
	counters=$(ethtool -S "${2:-wwan0}")
	[[ ! $counters =~ [[:space:]]$1:\ ([0-9]+) ]] || echo "${BASH_REMATCH[1]}"
}

# A counter has the value that the command prints. IPv6 sends and receives of its own
# accord, so both are read again if the counter has changed meanwhile.
expect_counted() { # what, counter, netdev, command...
	local what=$1 name=$2 netdev=$3 count told
	shift 3
	until
		count=$(counter "$name" "$netdev")
		told=$("$@")
		[ "$(counter "$name" "$netdev")" = "$count" ]
	do
		:
	done
	expect_eq "$what" "$count" "$told"
}

# All 16 downlink transfers wait for data, and no uplink transfer is under way.
all_is_with_the_modem() {
	[ "$(modem_stat urbs_pending_in)" = 16 ] && [ "$(counter tx_in_flight)" = 0 ]
}

# --- what user space sets in sysfs

mux_id() { # link
	local id=0x81
	[ ! -e "/sys/class/net/$1/qmap/mux_id" ] || read -r id < "/sys/class/net/$1/qmap/mux_id"
	echo "$id"
}

parent_of() { # link
	case $1 in
	qmimux*) echo wwan0 ;;
	*) echo "${1%[._]*}" ;;
	esac
}

# As connection managers for the vendor's driver do it.
link_state() { # link, up or down
	local number=${1##*[._]}
	case $1,$2 in
	*[._]*,up) echo "$number" ;;
	*[._]*,down) echo $((0x80 + number)) ;;
	*,up) echo 1 ;;
	*,down) echo 0 ;;
	esac > "/sys/class/net/$(parent_of "$1")/link_state"
}

# As a client tells the driver what it has agreed on with the modem.
tell_version() { # protocol, parent
	case $1 in
	qmap) echo 1 ;;
	qmapv5) echo 5 ;;
	esac > "/sys/class/net/${2:-wwan0}/tx_qmap_version"
}

set_aggregation() { # frames, bytes, microseconds
	echo "$1" > /sys/class/net/wwan0/tx_aggr_max_frames
	echo "$2" > /sys/class/net/wwan0/tx_aggr_max_bytes
	[ -z "${3:-}" ] || echo "$3" > /sys/class/net/wwan0/tx_aggr_time_usecs
}

# The example of a .link file, for the USB port that this netdev is behind: "lte0" from then on.
install_link_file() { # netdev
	local path
	path=$(udevadm test-builtin path_id "/sys/class/net/$1" 2> /dev/null | sed -n s/^ID_PATH=//p)
	mkdir -p /etc/systemd/network
	sed "s,^Path=.*,Path=${path%.*}.*," "$SRC/70-qmap-wwan.link" \
		> /etc/systemd/network/70-qmap-wwan.link
}
