# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# qcqmid, its device, and a program of GobiNet's times; for cases that have sourced case.sh.

QCQMID_LOG=/tmp/qcqmid.log
LOGS+=("$QCQMID_LOG")
qcqmid_pid=
clients=()

qcqmid_start() {
	[ -e /dev/cuse ] || modprobe cuse
	qmi_proxy_listens || start_qmi_proxy
	: > "$QCQMID_LOG"
	/job/qcqmid >> "$QCQMID_LOG" 2>&1 &
	qcqmid_pid=$!
}

qcqmid_says() { # extended regular expression
	kill -0 "$qcqmid_pid" 2> /dev/null || fail "qcqmid ended: $(< "$QCQMID_LOG")"
	file_says "$1" "$QCQMID_LOG"
}

qcqmid_stop() {
	kill "$qcqmid_pid"
	expect_exit_status qcqmid 0 "$qcqmid_pid"
	qcqmid_pid=
	expect_eq "devices" "" "$(find /dev -name 'qcqmi*')"
	expect_eq "clients in the modem" 0 "$(modem_stat qmi_clients)"
	expect_eq "files" "" "$(find /run/qcqmid -name '*.clients' 2> /dev/null)"
}

# Modem, driver, device; at the end the data format is agreed on.
gobinet_start() { # product and options of qmodem, qmap_mode
	# shellcheck disable=SC2086 # words
	modem_start -d $1
	driver_load netdev_name=usb "qmap_mode=$2"
	wait_for 10 link_exists usb0
	qcqmid_start
	wait_for 20 qcqmid_says "^usb0: qmap settings"
	wait_for 10 test -c /dev/qcqmi0
}

gobinet_stop() {
	qcqmid_stop
	modem_stop
	driver_unload
}

modem_has_clients() { # how many
	[ "$(modem_stat qmi_clients)" = "$1" ]
}

# qcqmid has let go of it, and so has the proxy.
channel_is_free() {
	[ -z "$(find /proc/[0-9]*/fd -lname "$QMI_DEVICE" 2> /dev/null)" ]
}

client_log() { echo "/tmp/gobiclient.$1"; }

client_start() { # pdn, directory of the program, options of gobiclient...
	local pdn=$1 program=$2/gobiclient
	shift 2
	"$program" -n "$pdn" "$@" > "$(client_log "$pdn")" 2>&1 &
	clients[pdn]=$!
}

client_is_connected() { # pdn
	kill -0 "${clients[$1]}" 2> /dev/null || fail "client $1 ended: $(cat "$(client_log "$1")")"
	file_says ^connected "$(client_log "$1")"
}

client_stop() { # pdn
	kill "${clients[$1]}"
	expect_exit_status "client $1" 0 "${clients[$1]}"
}
