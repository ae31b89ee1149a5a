# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What qmap-report finds; for cases that have sourced case.sh.

REPORT=$SRC/tools/qmap-report/qmap-report

# The words of README.md's Troubleshooting, in the order of the alphabet.
# The proxy is started here: libqmi would do it, but gives it little time.
finds() { # words...
	local status=0
	[ ! -e "$QMI_DEVICE" ] || qmi_proxy_listens || start_qmi_proxy
	"$REPORT" -q > /tmp/report || status=$?
	cat /tmp/report
	expect_eq "faults" "$*" "$(sed -n 's/^\([a-z-]*\): .*/\1/p' /tmp/report | xargs)"
	expect_eq "exit status" $((${#1} > 0)) "$status"
}

finds_nothing() {
	finds ""
}

# A program that does nothing, of a name that the report looks for.
pretend() { # name
	mkdir -p /tmp/pretend
	cp "$(command -v sleep)" "/tmp/pretend/$1"
	"/tmp/pretend/$1" 1000 &
}

send_datagrams() { # pdn, how many, bytes
	python3 "$SRC/tests/programs/send.py" "10.64.$1.1" "$2" "$3" 1
}

has_counted() { # counter, at least
	[ "$(counter "$1")" -ge "$2" ]
}

# The driver anew, and a call of PDN 1 on wwan0.
one_call() { # qmap_mode, protocol
	driver_load "qmap_mode=$1"
	wait_for_modem
	agree "$2"
	connect 1 wwan0
}

end() {
	driver_unload
	qmodem ctl unplug
	qmodem ctl plug
}
