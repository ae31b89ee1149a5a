# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What every case has: how it says what it does, waits and fails. A case begins with
#
#	# seconds: 20
#	. "$SRC/tests/lib/case.sh"
#
# and reads as a scenario: what is set up, what is done, what must hold. The first command
# that fails ends it. $KO is the module built for the running kernel; the modem behind it
# is the virtual one (tests/modem).
#
#	default namespace            USB/IP          namespaces pdn1 ... pdn8
#	wwan0.1  10.64.1.2/24 --+                   +-- tun0  10.64.1.1/24
#	wwan0.2  10.64.2.2/24 --+-- wwan0 == qmodem +-- tun0  10.64.2.1/24
#	...                                         ...

# shellcheck disable=SC2317 # no case calls all of it
set -Eeuo pipefail
shopt -s inherit_errexit

# shellcheck source=/dev/null # tests/run writes it: the settings in the case's head
. /job/settings
# shellcheck source=tests/lib/modem.sh
. "$SRC/tests/lib/modem.sh"
# shellcheck source=tests/lib/driver.sh
. "$SRC/tests/lib/driver.sh"
# shellcheck source=tests/lib/qmi.sh
. "$SRC/tests/lib/qmi.sh"
# shellcheck source=tests/lib/call.sh
. "$SRC/tests/lib/call.sh"

# Modules that the programs share.
export PYTHONPATH=$SRC/tests/lib

# CoDel drops packets by the clock, and an emulated machine may stand still for a while.
echo pfifo_fast > /proc/sys/net/core/default_qdisc

LOGS=("$MODEM_LOG")		# their ends are shown when a case fails

# Goes to the case's output and to the kernel log, so that the two can be read side by
# side.
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

# Of a program in the background, which is waited for.
expect_exit_status() { # program, expected, pid
	local status=0
	wait "$3" || status=$?
	expect_eq "exit status of $1" "$2" "$status"
}

# As "grep -qE" does it, but without another program: to start one is dear in an emulated machine.
file_says() { # extended regular expression, file
	local line
	while IFS= read -r line || [ -n "$line" ]; do
		[[ ! $line =~ $1 ]] || return 0
	done < "$2"
	return 1
} 2> /dev/null

# The messages of the boot are not in it.
klog_has() { # extended regular expression
	file_says "$1" <(dmesg)
}

# --- time

# A kernel that checks itself is slow at system calls or at memory, and some processors are
# slow to emulate: no program there sends as fast as a slow modem takes.
machine_is_fast() {
	[[ $RELEASE != *-uml && $RELEASE != *-debug && ${SLOWNESS:-1} -le 2 ]]
}

# Seconds for which other programs of the host have kept this machine from running.
waited=0
read_waited() {
	[ ! -e /share/waited ] || read -r waited < /share/waited
}

# Without another program. Nothing comes from there.
exec {nothing}<> <(:)
pause() { # seconds
	read -rt "$1" -u "$nothing" || :
}

PAUSE=0.2	# seconds from one try of wait_for to the next

# The seconds are the machine's own time, and three times as many where the kernel checks
# itself.
wait_for() { # seconds, command...
	local wait_seconds=$(($1 * ${SLOWNESS:-1})) wait_end wait_before # not the command's own names
	local ANSWER_SECONDS=${SLOWNESS:-1}
	shift
	machine_is_fast || wait_seconds=$((3 * wait_seconds)) ANSWER_SECONDS=30
	wait_end=$((SECONDS + wait_seconds))
	read_waited
	wait_before=$waited
	until "$@"; do
		read_waited
		[ "$SECONDS" -le $((wait_end + waited - wait_before)) ] ||
			fail "not within $wait_seconds s: $*"
		pause $PAUSE
	done
}

# --- the end of every case

diagnose() {
	echo "--- links"
	ip -br address
	tc -s qdisc | grep -A 2 'dev \(wwan\|qmimux\)' | grep -v '^--'
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
