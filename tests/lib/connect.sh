# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# qmap-connect and what it leaves behind; for cases that have sourced case.sh.

CONNECT_LOG=/tmp/qmap-connect.log
LOGS+=("$CONNECT_LOG")
connect_pid=
connect_by=()	# a command that runs others

# The proxy is started here: libqmi would do it, but gives it little time.
connect_start() { # arguments of qmap-connect...
	qmi_proxy_listens || start_qmi_proxy
	: > "$CONNECT_LOG"
	"${connect_by[@]}" /job/qmap-connect "$@" >> "$CONNECT_LOG" 2>&1 &
	connect_pid=$!
}

says() { # extended regular expression
	file_says "$1" "$CONNECT_LOG"
}

connect_ends() { # exit status expected
	expect_exit_status qmap-connect "$1" "$connect_pid"
	connect_pid=
}

connect_stop() {
	kill "$connect_pid"
	connect_ends 0
}

default_routes() { # family, metrics expected...
	local family=$1
	shift
	expect_eq "metrics of IPv$family's default routes" "$*" \
		"$(ip "-$family" route show default | sed -n 's/.*metric \([0-9]*\).*/\1/p' | sort -n | xargs)"
}

# Of clients, addresses, routes and links that qmap-connect has made.
nothing_is_left() {
	expect_eq "clients in the modem" 0 "$(modem_stat qmi_clients)"
	expect_eq "addresses" "" "$(ip -o address show | grep -v ' lo ' | grep -v ' inet6 fe80' || true)"
	default_routes 4
	default_routes 6
	expect_eq "links" "" "$(find /sys/class/net -name 'qmimux*')"
	expect_eq "files" "" "$(find /run/qmap-connect -name '*.clients')"
}
