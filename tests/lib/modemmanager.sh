# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# ModemManager, udev and D-Bus as Debian ships them; for cases that have sourced
# case.sh, traffic.sh and recipe.sh.

APNS=(internet ims pdn3 pdn4)	# of PDN 1 to 4

MODEMMANAGER_LOG=/tmp/ModemManager.log
LOGS+=("$MODEMMANAGER_LOG")
modemmanager_pid=
# shellcheck disable=SC2034 # of wait_for
PAUSE=1		# to ask ModemManager is dear, and what is waited for would have to wait for that

# --- what systemd would start

# If it died, the bus would start another one.
modemmanager_lives() {
	kill -0 "$modemmanager_pid" || fail "ModemManager has ended"
}

modemmanager_answers() {
	modemmanager_lives
	mmcli --list-modems > /dev/null 2>&1
}

is_on_bus() { # name
	dbus-send --system --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus \
		org.freedesktop.DBus.NameHasOwner "string:$1" | grep "boolean true" > /dev/null
}

# The bus would start polkitd, but gives it less time than it takes on a busy emulated
# machine. A modem that is plugged in already is found as well.
start_services() {
	/usr/lib/systemd/systemd-udevd --daemon 2> /tmp/udevd
	udevadm trigger --action=add --subsystem-match=usb --subsystem-match=usbmisc \
		--subsystem-match=net --subsystem-match=tty
	wait_for 60 udevadm settle	# a busy udevd may hang up on who asks
	mkdir -p /run/dbus
	dbus-daemon --system --fork
	/usr/lib/polkit-1/polkitd --no-debug > /tmp/polkitd 2>&1 &
	wait_for 30 is_on_bus org.freedesktop.PolicyKit1
	start_qmi_proxy
	ModemManager --log-file="$MODEMMANAGER_LOG" --log-level=INFO \
		--log-timestamps &
	modemmanager_pid=$!
	wait_for 60 modemmanager_answers
	mmcli --monitor-modems > /tmp/modems &
	wait_for 30 test -s /tmp/modems	# which also lists modems that come later
}

has_all_ports() {
	link_exists wwan0 && [ -e "$QMI_DEVICE" ] && [ -e /dev/ttyUSB3 ]
}

# ModemManager waits some time for the other ports of a modem that has shown one. A busy
# emulated machine may need longer to make them, so ModemManager sees all at once.
shows_up() { # command that has the modem appear...
	kill -STOP "$modemmanager_pid"
	"$@"
	wait_for 30 has_all_ports
	wait_for 60 udevadm settle
	kill -CONT "$modemmanager_pid"
}

# As NetworkManager does: IPv6 addresses come from the bearer's settings. Otherwise a link
# would send solicitations when ModemManager sets it up.
no_automatic_addresses() {
	echo 1 > /proc/sys/net/ipv6/conf/default/addr_gen_mode
}

# --- what ModemManager says: mmcli -K prints "key : value" lines

# In bash alone: each process costs time, and mmcli most of a second.
# shellcheck disable=SC2004,SC2034 # an array by reference, with words as keys
read_values() { # array, file
	local -n into=$1
	local key value
	while read -r key _ value; do
		into[$key]=$value
	done < "$2"
}

expect_values() { # file; reads "key value" lines
	local -A actual=()
	local key expected
	read_values actual "$1"
	while read -r key expected; do
		expect_eq "$key" "$expected" "${actual[$key]-}"
	done
}

modem() { # arguments of mmcli...
	mmcli --timeout=600 --modem=any "$@"
}

modem_is_known() {
	modemmanager_lives
	tail -n 1 /tmp/modems | grep -q '^(+) .*/Modem/'
}

modem_is_forgotten() {
	modemmanager_lives
	tail -n 1 /tmp/modems | grep -q '^(-) .*/Modem/'
}

modem_is() { # state
	modem -K 2> /dev/null | grep -qx "modem.generic.state *: $1"
}

expect_modem() { # reads "key value" lines
	modem -K > /tmp/modem
	expect_values /tmp/modem
}

wait_for_modemmanager() {
	wait_for 60 modem_is_known
	wait_for 60 modem_is disabled
}

register() {
	modem --enable
	wait_for 60 modem_is registered
	expect_modem << 'EOT'
modem.generic.power-state on
modem.3gpp.operator-code 00101
modem.3gpp.operator-name QMAP test
modem.3gpp.registration-state home
modem.3gpp.packet-service-state attached
EOT
}

# The newest one.
bearer_number() {
	modem -K | sed -n 's,^modem.generic.bearers.value.*/Bearer/,,p' | sort -n | tail -n 1
}

# --- bearers; /tmp/bearer.N is what ModemManager says of the one for PDN N

save_bearer() { # pdn, number of the bearer
	mmcli --bearer="$2" -K > "/tmp/bearer.$1"
}

link_of() { # pdn
	local -A bearer=()
	read_values bearer "/tmp/bearer.$1"
	echo "${bearer[bearer.status.interface]}"
}

expect_bearer() { # pdn, multiplexed (yes, no)
	expect_values "/tmp/bearer.$1" <<- EOT
		bearer.status.connected yes
		bearer.status.multiplexed $2
		bearer.properties.apn ${APNS[$1 - 1]}
		bearer.ipv4-config.address 10.64.$1.2
		bearer.ipv4-config.prefix 24
		bearer.ipv4-config.gateway 10.64.$1.1
		bearer.ipv4-config.dns.value[1] 10.64.$1.1
		bearer.ipv4-config.mtu 1500
		bearer.ipv6-config.address 2001:db8:$1::2
		bearer.ipv6-config.prefix 64
		bearer.ipv6-config.mtu 1500
	EOT
}

# What NetworkManager would do with it.
configure() { # pdn
	local -A bearer=()
	local link
	read_values bearer "/tmp/bearer.$1"
	link=${bearer[bearer.status.interface]}
	ip link set wwan0 up
	ip link set "$link" up mtu "${bearer[bearer.ipv4-config.mtu]}"
	ip address add "${bearer[bearer.ipv4-config.address]}/${bearer[bearer.ipv4-config.prefix]}" dev "$link"
	ip address add "${bearer[bearer.ipv6-config.address]}/${bearer[bearer.ipv6-config.prefix]}" dev "$link" nodad
	ip route add default via "${bearer[bearer.ipv4-config.gateway]}" dev "$link" metric "70$1"
}

connect() { # of PDN 1, not multiplexed
	modem --simple-connect="apn=${APNS[0]},ip-type=ipv4v6"
	save_bearer 1 "$(bearer_number)"
	expect_bearer 1 no
	expect_eq "netdev of the bearer" wwan0 "$(link_of 1)"
	configure 1
}

disconnect() {
	modem --simple-disconnect
	modem_is registered || fail "not registered: $(modem | grep state:)"
	is_silent 1 || fail "PDN 1 answers after its call has ended"
	ip address flush dev wwan0
	ip link set wwan0 down
}

# ModemManager gives udev 2.5 s to show it the new netdevs. On a busy emulated machine that
# may be too short. No other error is accepted.
connect_bearer() { # number of the bearer
	local attempt
	for attempt in 1 2 3; do
		if mmcli --timeout=600 --bearer="$1" --connect 2> /tmp/error; then
			return
		fi
		grep -q "Timed out waiting for link port" /tmp/error || fail "$(< /tmp/error)"
		echo "attempt $attempt: $(< /tmp/error)"
	done
	fail "no attempt succeeded"
}

# The bearer is made as README.md has it. What connects it there does not try again.
connect_multiplexed() { # pdn
	local number
	number=$(recipe modemmanager-multiplex | sed "s/internet/${APNS[$1 - 1]}/; / --connect/d" |
		bash -eu | sed -n 's,.*/Bearer/,,p')
	connect_bearer "$number"
	save_bearer "$1" "$number"
	expect_bearer "$1" yes
	configure "$1"
}

# All PDNs at once, each with an address and a netdev of its own.
connect_all_multiplexed() {
	local pdn
	for pdn in 1 2 3 4; do
		connect_multiplexed $pdn
	done
	# until the first answer the driver does not know which QMAP was agreed on
	expect_violations v5_unexpected 0 4
	expect_violations v5_missing 0 4
	ip -br address
	expect_eq "MTU of wwan0: the downlink size agreed on" "$(modem_stat downlink_size)" \
		"$(< /sys/class/net/wwan0/mtu)"
	expect_eq "netdevs of four bearers" 4 \
		"$(for pdn in 1 2 3 4; do link_of $pdn; done | sort -u | grep -cvx wwan0)"
	for pdn in 1 2 3 4; do
		[ -e "/sys/class/net/wwan0/upper_$(link_of $pdn)" ] ||
			fail "$(link_of $pdn) is no upper netdev of wwan0"
		pings $pdn
	done
}

# Over all four bearers at once: two up, two down.
traffic_over_all() { # seconds, frames that the fullest downlink transfer must have
	local pdn frames pids=() reverse=([1]='' [2]=-R [3]='' [4]=-R)
	modem_is_content	# before its counters are reset
	qmodem ctl reset-stats
	for pdn in 1 2 3 4; do
		# shellcheck disable=SC2086 # a word or none
		iperf $pdn -t "$1" ${reverse[pdn]} > "/tmp/rate.$pdn" &
		pids[pdn]=$!
	done
	for pdn in 1 2 3 4; do
		wait "${pids[pdn]}"
		echo "PDN $pdn on $(link_of $pdn): $(($(< "/tmp/rate.$pdn") / 1000)) kbit/s ${reverse[pdn]}"
	done
	frames=$(modem_stat downlink_frames_max)
	[ "$frames" -ge "$2" ] || fail "most frames in a transfer: expected at least $2, got $frames"
}
