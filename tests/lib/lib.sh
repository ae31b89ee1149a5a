# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the cases have in common. A case begins with
#
#	# seconds: 20
#	. "$SRC/tests/lib/lib.sh"
#
# and reads as a scenario: what is set up, what is done, what must hold. The
# first command that fails ends it. $KO is the module built for the running
# kernel; the modem behind it is the virtual one (tests/modem).
#
#	default namespace            USB/IP          namespaces pdn1 ... pdn8
#	wwan0.1  10.64.1.2/24 --+                   +-- tun0  10.64.1.1/24
#	wwan0.2  10.64.2.2/24 --+-- wwan0 == qmodem +-- tun0  10.64.2.1/24
#	...                                         ...

# shellcheck disable=SC2317 # no case calls all of it
set -Eeuo pipefail
shopt -s inherit_errexit

# shellcheck source=/dev/null # what the case's head names, and tests/run was told
. /job/settings

# CoDel drops by the clock, and an emulated machine may stand still for a while.
echo pfifo_fast > /proc/sys/net/core/default_qdisc

# The modules that programs share are there.
export PYTHONPATH=$SRC/tests/lib

MODEM_LOG=/tmp/qmodem.log
LOGS=("$MODEM_LOG")		# whose ends are shown when a case fails
QMI_DEVICE=/dev/cdc-wdm0
modem_pid=

# Says what comes, in the case's output and in the kernel log, so that the two
# can be read side by side.
step() {
	echo "== $*"
	echo "== $*" > /dev/kmsg
}

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

expect_eq() { # what, expected, actual
	[ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}

expect_within() { # what, least, most, actual
	if [ "$4" -lt "$2" ] || [ "$4" -gt "$3" ]; then
		fail "$1: expected $2 to $3, got $4"
	fi
}

# Seconds for which programs of the host have kept this machine from running, as far as
# somebody tells.
waited() {
	local seconds=0
	[ ! -e /share/waited ] || read -r seconds < /share/waited
	echo "$seconds"
}

# Seconds of the machine's own time. What a stock kernel is given to do a thing, one that
# checks itself is given thrice.
wait_for() { # seconds, command...
	local seconds=$(($1 * ${SLOWNESS:-1})) end before
	local ANSWER_SECONDS=${SLOWNESS:-1}
	shift
	machine_is_fast || seconds=$((3 * seconds)) ANSWER_SECONDS=30
	end=$((SECONDS + seconds))
	before=$(waited)
	until "$@"; do
		[ "$SECONDS" -le "$end" ] || [ "$SECONDS" -le $((end + $(waited) - before)) ] ||
			fail "not within $seconds s: $*"
		sleep 0.1
	done
}

# Not "grep -q": it would end before dmesg does, which then fails by a broken
# pipe.
klog_has() { # extended regular expression
	dmesg | grep -E "$1" > /dev/null
}

# Where each system call is dear, or each access to memory, nobody sends as fast as a
# modem can be made slow.
machine_is_fast() {
	[[ $RELEASE != *-uml && $RELEASE != *-debug ]]
}

# --- the modem

modem_says_ready() {
	kill -0 "$modem_pid" 2> /dev/null || fail "qmodem ended: $(tail -n 3 "$MODEM_LOG")"
	grep -qx ready "$MODEM_LOG"
}

modem_start() { # arguments of qmodem...
	case " $* " in
	*" --gadget "*) modprobe -a dummy_hcd usb_f_fs tun ;;
	*) [ -d /sys/module/vhci_hcd ] || modprobe -a vhci_hcd tun ;;
	esac
	qmodem "$@" > "$MODEM_LOG" 2>&1 &
	modem_pid=$!
	wait_for 10 modem_says_ready
}

modem_stat() { # name
	qmodem ctl stats | sed -n "s/^$1 //p"
}

# The modem watches every transfer; it must have found nothing wrong.
modem_is_content() {
	expect_eq "violations seen by the modem" 0 "$(modem_stat violations)"
}

# But for these, which are forgotten from here on.
expect_violations() { # kind, least, most
	expect_within "violations $1" "$2" "$3" "$(qmodem ctl forgive "$1")"
}

modem_stop() {
	modem_is_content
	qmodem ctl quit
	wait "$modem_pid"
	modem_pid=
}

fail_transfers() { # error, how many in each direction
	qmodem ctl fail in "$1" "$2"
	qmodem ctl fail out "$1" "$2"
}

# --- the driver

# shellcheck disable=SC2034 # the cases use it
DRIVER=/sys/bus/usb/drivers/qmap_wwan

driver_load() { # module parameters...
	[ -d /sys/module/cdc_wdm ] || modprobe -a usbnet cdc_wdm
	insmod "$KO" "$@"
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

# The device sleeps when it has been idle for so long.
let_sleep() { # milliseconds
	power=$(readlink -f /sys/class/net/wwan0/device/../power)
	echo "$1" > "$power/autosuspend_delay_ms"
	echo auto > "$power/control"
}

asleep() {
	[ "$(cat "$power/runtime_status")" = suspended ]
}

# Nothing of driver and modem is left in sysfs.
nothing_left() {
	wait_for 10 modem_is_gone
	expect_eq "netdevs left" "" "$(find /sys/class/net -name 'wwan*')"
	expect_eq "QMI channels left" "" "$(find /dev -name 'cdc-wdm*' -o -name 'wwan0qmi*')"
}

# Modem and driver have found each other.
wait_for_modem() {
	wait_for 10 link_exists wwan0
	wait_for 10 test -e "$QMI_DEVICE"
}

counter() { # name, as in ethtool -S; netdev
	ethtool -S "${2:-wwan0}" | awk -v name="$1:" '$1 == name { print $2 }'
}

# What somebody else counts is the same. Nothing comes between the readings, though
# IPv6 sends and receives of its own accord.
expect_counted() { # what, counter, netdev, command that tells it...
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

# Each downlink transfer waits there for data, and no uplink transfer is under way.
all_is_with_the_modem() {
	[ "$(modem_stat urbs_pending_in)" = 16 ] && [ "$(counter tx_in_flight)" = 0 ]
}

ipv4_address() { # link
	ip -o -4 address show dev "$1" | awk '{ sub("/.*", "", $4); print $4 }'
}

# One ping, which must not be lost, but may take its time where the machine does. Who
# asks again and again waits for less.
answers() { # pdn
	ping -q -c 1 -W "${ANSWER_SECONDS:-30}" "10.64.$1.1" > /dev/null
}

is_silent() { # pdn
	! ping -q -c 1 -W 1 "10.64.$1.1" > /dev/null
}

# --- QMI, by way of libqmi's own proxy, as with several programs at once

qmi_proxy_listens() {
	grep -q '@qmi-proxy$' /proc/net/unix
}

# libqmi would start the proxy itself, but gives it less time than it takes on
# a busy emulated machine.
start_qmi_proxy() {
	/usr/libexec/qmi-proxy --no-exit > /tmp/qmi-proxy.log 2>&1 &
	wait_for 30 qmi_proxy_listens
}

qmi() { # arguments of qmicli...
	qmi_proxy_listens || start_qmi_proxy
	qmicli --silent --device="$QMI_DEVICE" --device-open-"${QMI_MODE:-qmi}" --device-open-proxy "$@"
}

# CTL GET_VERSION_INFO, for who writes to the device himself: it changes nothing.
version_request() {
	printf '\x01\x0b\x00\x00\x00\x00\x00\x01\x21\x00\x00\x00'
}

# By a channel that was open all the time, as descriptor 9.
qmi_answers() {
	version_request >&9
	[ "$(timeout 60 dd bs=4096 count=1 <&9 2> /dev/null | wc -c)" -gt 12 ] ||
		fail "no answer by the QMI channel"
}

qmi_endpoint() {
	local number
	number=$(cat "/sys/class/usbmisc/${QMI_DEVICE##*/}/device/bInterfaceNumber")
	echo "ep-type=hsusb,ep-iface-number=$((16#$number))"
}

# Agrees on QMAP with downlink transfers as long as the driver's buffers.
set_data_format() { # protocol (qmap, qmapv5)
	local size
	size=$(counter rx_urb_size)
	qmi --wda-set-data-format="link-layer-protocol=raw-ip,ul-protocol=$1,dl-protocol=$1,\
dl-datagram-max-size=$size,dl-max-datagrams=$((size / 512)),\
ul-datagram-max-size=8192,ul-max-datagrams=11,$(qmi_endpoint)"
}

mux_id() { # link
	cat "/sys/class/net/$1/qmap/mux_id" 2> /dev/null || echo 0x81
}

parent_of() { # link
	case $1 in
	qmimux*) echo wwan0 ;;
	*) echo "${1%[._]*}" ;;
	esac
}

# As connection managers of the vendor's driver do it.
link_state() { # link, up or down
	local number=${1##*[._]}
	case $1,$2 in
	*[._]*,up) echo "$number" ;;
	*[._]*,down) echo $((0x80 + number)) ;;
	*,up) echo 1 ;;
	*,down) echo 0 ;;
	esac > "/sys/class/net/$(parent_of "$1")/link_state"
}

setting() { # name; reads "qmicli --wds-get-current-settings"
	sed -n "s/^ *$1: //p"
}

prefix_length() { # dotted mask
	local octet bits=0
	for octet in ${1//./ }; do
		while [ "$octet" -gt 0 ]; do
			bits=$((bits + (octet & 1)))
			octet=$((octet >> 1))
		done
	done
	echo "$bits"
}

configure_link() { # link, address/prefix, gateway, MTU
	local parent
	parent=$(parent_of "$1")
	[ ! -e "/sys/class/net/$parent/link_state" ] || link_state "$1" up
	ip link set "$parent" up
	ip link set "$1" up mtu "$4"
	case $2 in
	*:*) ip address add "$2" dev "$1" nodad ;;
	*) ip address add "$2" dev "$1" ;;
	esac
	ip route replace "$3" dev "$1"
}

configure_as_told() { # link, family, current settings
	local address gateway
	address=$(setting "IPv$2 address" <<< "$3")
	gateway=$(setting "IPv$2 gateway address" <<< "$3")
	[ "$2" = 6 ] || address+=/$(prefix_length "$(setting "IPv4 subnet mask" <<< "$3")")
	configure_link "$1" "$address" "${gateway%/*}" "$(setting MTU <<< "$3")"
}

# A data call: a client of its own, bound to the link's mux id, one family,
# started, and the link set up as the network says. The call lives as long as
# its client, whose id is kept for hang_up.
#
# The channel stays open meanwhile: of messages that the modem has announced, cdc-wdm
# forgets those not yet fetched when the channel is closed, and each answer from then on
# would come one request too late. The indication that the call is up may be such a one.
dial() { # pdn, link, family
	local family=${3:-4} cid client handle settings
	cid=$(qmi --wds-noop --client-no-release-cid | sed -n "s/.*CID: '\(.*\)'/\1/p")
	client="--client-cid=$cid --client-no-release-cid"
	# shellcheck disable=SC2086 # two words
	{
		qmi $client --wds-bind-mux-data-port="mux-id=$(($(mux_id "$2"))),$(qmi_endpoint)"
		qmi $client --wds-set-ip-family="$family"
		handle=$(qmi $client --wds-start-network="3gpp-profile=$1,ip-type=$family" |
			sed -n "s/.*Packet data handle: '\(.*\)'/\1/p")
		settings=$(qmi $client --wds-get-current-settings)
	} 9<> "$QMI_DEVICE"
	echo "$settings"
	echo "--client-cid=$cid --wds-stop-network=$handle" > "/tmp/call.$2.$family"
	configure_as_told "$2" "$family" "$settings"
}

hang_up() { # link, family
	# shellcheck disable=SC2046 # words of a command
	qmi $(cat "/tmp/call.$1.$2")
}

# What udhcpc runs. As the scripts of distributions have it, but with a route to
# the router alone: one default route would be too few.
write_lease_script() { # path
	cat > "$1" << 'SCRIPT'
#!/bin/sh
[ "$1" = bound ] || exit 0
ip address add "$ip/$mask" dev "$interface"
ip route add "$router" dev "$interface"
SCRIPT
	chmod +x "$1"
}

# --- the same without QMI, for cases about what comes after: a data call takes
# --- qmicli five seconds under emulation

agree() { # protocol (none, qmap, qmapv5, or up/down), parent
	qmodem ctl format "$1" "$(counter rx_urb_size "${2:-wwan0}")"
}

connect() { # pdn, link, family
	qmodem ctl call "$1" "$(mux_id "$2")" "${3:-4}"
	case ${3:-4} in
	4) configure_link "$2" "10.64.$1.2/24" "10.64.$1.1" 1500 ;;
	6) configure_link "$2" "2001:db8:$1::2/64" "2001:db8:$1::1" 1500 ;;
	esac
}

# As a client tells the driver what it has agreed on with the modem.
tell_version() { # protocol, parent
	case $1 in
	qmap) echo 1 ;;
	qmapv5) echo 5 ;;
	esac > "/sys/class/net/${2:-wwan0}/tx_qmap_version"
}

# Another format, while both calls of a PDN and their addresses are there or not.
connect_anew() { # pdn, link, protocol
	local parent
	parent=$(parent_of "$2")
	ip link set "$parent" down
	ip address flush dev "$2"
	qmodem ctl drop "$1" || true
	agree "$3" "$parent"
	tell_version "$3" "$parent"
	connect "$1" "$2" 4
	connect "$1" "$2" 6
}

# --- the end of every case

diagnose() {
	echo "--- links"
	ip -br address
	ethtool -S wwan0 | grep -v ' 0$' | xargs
	nstat -asz | awk '/^(Udp|Udp6|TcpRetrans|Ip6?In).*(Errors|Discards|RetransSegs)/ && $2 { print $1, $2 }' | xargs
	echo "--- modem"
	qmodem ctl stats | grep -v ' 0$' | paste -sd ' ' | fold -sw 100
	for log in "${LOGS[@]}"; do
		echo "--- $log"
		tail -n 20 "$log"
	done
} 2> /dev/null

finish() {
	local status=$?
	trap - ERR EXIT
	set +e
	if [ "$status" = 0 ] && [ -n "$modem_pid" ]; then
		(modem_is_content) || status=1
	fi
	[ "$status" = 0 ] || diagnose
	exit "$status"
}

trap 'echo "line $LINENO: $BASH_COMMAND: exit status $?" >&2' ERR
trap finish EXIT
