# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The heads of cases, and which case runs on which kernel; for tests/run.
# shellcheck disable=SC2153,SC2154 # tests/run sets here, run, KERNEL, asked_for

case_path() { # case
	case $1 in
	/*) echo "$1" ;;
	*/*) echo "$PWD/$1" ;;
	*) echo "$run/src/tests/cases/$1.sh" ;;
	esac
}

# Without another program: a plan reads a thousand of them.
head_line() { # case, name
	local line
	while IFS= read -r line && [[ $line == \#* ]]; do
		[[ $line != "# $2: "* ]] || echo "${line#"# $2: "}"
	done < "$(case_path "$1")"
}

# Of all kernels.
processors() {
	local kernel
	for kernel in $KERNEL; do
		processor "$kernel"
	done | sort -u
}

# NAME=value, a line each
settings() { # case
	local setting name
	for setting in $(head_line "$1" settings); do
		name=${setting%%=*}
		echo "$name=${!name:-${setting#*=}}"
	done
}

seconds() { # case
	local setting seconds
	for setting in $(settings "$1"); do
		local "$setting"
	done
	seconds=$(head_line "$1" seconds)
	echo $((${seconds:-10}))
}

# vhci_hcd is not safe with two CPUs: there the modem is on an xHCI.
has_xhci() { # kernel
	[[ $1 == *-xhci || $1 == debug || $(processor "$1") == arm64 ]]
}

# Two where races between CPUs are looked for. On a PC, arm64's weak order of memory is not
# emulated: a barrier that is missing does not show.
cpus() { # kernel, case
	local cpus=${SMP:-$(head_line "$2" cpus)}
	case $cpus,$1,$(processor "$1") in
	,debug,* | ,*,arm64) echo 2 ;;
	*) echo "${cpus:-1}" ;;
	esac
}

# The function that starts the machine: run_in_guest, run_in_uml ...
machine() { # kernel, case
	local machine
	machine=$(head_line "$2" machine)
	case $machine,$1 in
	,uml*) echo uml ;;
	*) echo "${machine:-guest}" ;;
	esac
}

# Whether a list names a kernel: 6.12 in a list means its -rt, -poison, -xhci and -arm64 too,
# a processor means all kernels of it, and "built" those that no distribution has.
names() { # list, kernel
	local name
	for name in $1; do
		[ "$name" != built ] || ! is_built "$2" || return 0
		case $2,$(processor "$2") in
		"$name",* | *,"$name") return 0 ;;
		"$name"-*) [[ $name != [0-9]* ]] || return 0 ;;
		esac
	done
	return 1
}

# Only a PC sleeps, and has the tools of distributions.
is_for() { # case, kernel
	local kernels machine
	kernels=$(head_line "$1" kernels)
	machine=$(head_line "$1" machine)
	names "${kernels:-$2}" "$2" && ! names "$(head_line "$1" except)" "$2" &&
		[[ -z $machine || $machine == counted || $(processor "$2") == amd64 ]]
}

# What runs if KERNEL is not set: every case on one kernel, but those that compile for minutes only
# with LONG=1; on the others the one that shows that all works there, and on an -xhci the cases that
# ask for it.
is_by_default_for() { # case, kernel
	case $2 in
	6.12) [ -n "${CASE:-}${LONG:-}" ] || [ "$(head_line "$1" long)" != yes ] ;;
	*-xhci) names "$(head_line "$1" also)" "$2" ;;
	*) [ "$(head_line "$1" smoke)" = yes ] ;;
	esac
}

# What a run took the last time that it passed, or else what the head of the case says.
declare -A took=()
read_times() {
	local kernel name seconds
	[ ! -e "$CACHE/times" ] || while read -r kernel name seconds; do
		took[$kernel $name]=$seconds
	done < "$CACHE/times"
}

expected() { # kernel, case
	echo "${took[$1 $2]:-$(seconds "$2")}"
}

# "kernel case" lines, the longest run first.
plan() {
	local kernel name
	for name in ${CASE:-$(basename -s .sh "$here"/cases/*.sh)}; do
		[ -f "$(case_path "$name")" ] || { echo "no case $name" >&2; return 1; }
		for kernel in $KERNEL; do
			[ -n "$asked_for" ] || is_by_default_for "$name" "$kernel" || continue
			is_for "$name" "$kernel" || continue
			echo "$(expected "$kernel" "$name") $kernel $name"
		done
	done | sort -s -k 1,1nr | cut -d ' ' -f 2-
}

# What will run and how long it should take.
announce() {
	local kernel name total=0 running=$((2 * cpus))
	[ "$running" -le "$JOBS" ] || running=$JOBS
	while read -r kernel name; do
		total=$((total + $(expected "$kernel" "$name")))
	done < "$run/plan"
	cut -d ' ' -f 1 "$run/plan" | sort -V | uniq -c | awk '{ print "  " $2 ": " $1 ($1 == 1 ? " case" : " cases") }'
	echo "$(wc -l < "$run/plan") runs, about $((total / running / 60 + 1)) min, in $run"
}
