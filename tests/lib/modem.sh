# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The virtual modem: start, statistics, faults, stop; for tests/lib/case.sh.

MODEM_LOG=/tmp/qmodem.log
modem_pid=
nudge_pid=

modem_says_ready() {
	kill -0 "$modem_pid" 2> /dev/null || fail "qmodem ended: $(tail -n 3 "$MODEM_LOG")"
	file_says "^ready$" "$MODEM_LOG"
}

# Where a message for a program may come just before it waits for it: see nudge.py.
may_miss_messages() {
	[[ $RELEASE == 7.* || $RELEASE == *-rt-* ]] || [ "$(nproc)" -gt 1 ]
}

nudge() {
	if may_miss_messages && [ -z "$nudge_pid" ]; then
		python3 "$SRC/tests/programs/nudge.py" &
		nudge_pid=$!
	fi
}

modem_start() { # arguments of qmodem...
	case " $* " in
	*" --gadget "*) modprobe -a dummy_hcd usb_f_fs tun ;;
	*) [ -d /sys/module/vhci_hcd ] || modprobe -a vhci_hcd tun ;;
	esac
	qmodem "$@" > "$MODEM_LOG" 2>&1 &
	modem_pid=$!
	wait_for 10 modem_says_ready
	nudge
}

modem_stat() { # name
	local stats
	stats=$(qmodem ctl stats)
	[[ ! $'\n'$stats =~ $'\n'$1\ ([0-9]+) ]] || echo "${BASH_REMATCH[1]}"
}

# The modem checks every transfer.
modem_is_content() {
	expect_eq "violations seen by the modem" 0 "$(modem_stat violations)"
}

# Expects these violations and takes them off the modem's count.
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
