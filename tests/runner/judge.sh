# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Stops machines that hang, and says whether a case passed and why not; for tests/run.
# shellcheck disable=SC2153,SC2154 # tests/run sets run and every

# What a kernel says when something is wrong. Any of it fails the case.
trouble='WARNING: |BUG: |\] BUG |BUG at |Oops|general protection fault|Kernel panic|Call Trace:|cut here|blocked for more than|self-detected stall|detected stalls|suspicious RCU|refcount_t:|NETDEV WATCHDOG|unregister_netdevice: waiting|UBSAN|KFENCE|KASAN|corruption|sysfs: cannot create duplicate|unreferenced object|left over: '

# The pid is that of one process, or of a shell that leads a process group.
stop_machines() { # directories...
	local dir pid
	for dir; do
		[ -e "$dir/pid" ] || continue
		pid=$(cat "$dir/pid")
		kill -- "-$pid" 2> /dev/null || kill "$pid" || true
	done
}

# How many times the seconds of its head a case may be silent. User Mode Linux pays for
# each system call with several of the host's, which takes a hundred microseconds on some
# hosts. KASAN and lockdep slow an emulated CPU down several times.
patience() { # kernel
	case $1 in
	uml*) echo 12 ;;
	debug) echo 40 ;;
	*) echo 3 ;;
	esac
}

# Two minutes more: the kernel reports a hung task sooner than that.
silence_at_most() { # kernel, case
	echo $((120 + $(patience "$1") * $(seconds "$2")))
}

# Milliseconds for which the most delayed thread of a machine was ready and had no CPU.
# The second word of schedstat counts that in nanoseconds.
waited() { # job directory
	local dir stat most=0 delay
	for dir in "$1" "$1.modem"; do
		[ -s "$dir/pid" ] || continue
		for stat in "/proc/$(< "$dir/pid")/task/"*/schedstat; do
			read -r _ delay _ < "$stat" || continue
			[ "$delay" -le "$most" ] || most=$delay
		done
	done 2> /dev/null
	echo $((most / 1000000))
}

# Lengths are enough to see whether a machine has said more. The progress is a sum of the
# modem's counters. A compiler says nothing, but it runs, if slowly.
signs_of_life() { # job directory
	stat -c %s "$1"/{console,output} "$1.modem/console" 2> /dev/null || true
	cat "$1/progress" 2> /dev/null || true
	[ ! -d "$1/root" ] || ps -s "$(< "$1/pid")" -o pid= -o cputimes= || true
}

milliseconds() {
	echo $((${EPOCHREALTIME/[.,]/} / 1000))
}

# Stops a machine that stands still: for so long it has said nothing, and its modem's
# counters have not moved. What counts is the machine's own time. While other programs of the
# host have the CPU, the machine only waits; it reads in /share/waited for how long.
watch() { # job directory, seconds
	local start now waited signs before='' alive=0
	start=$(milliseconds)
	while sleep 2; do
		waited=$(waited "$1")
		echo $((waited / 1000)) > "$1/waited.new"
		mv "$1/waited.new" "$1/waited"
		now=$(($(milliseconds) - start - waited))
		signs=$(signs_of_life "$1")
		[ "$signs" = "$before" ] || alive=$now
		before=$signs
		[ $((now - alive)) -gt $(($2 * 1000)) ] || continue
		echo "stopped, no progress for $2 s" > "$1/stopped"
		stop_machines "$1" "$1.modem"
		return
	done
}

# What the case said of the command that failed: "fail" gives a reason, any other its line.
reason() { # job directory
	grep -aE '^FAILED: |^line [0-9]+: ' "$1/output" | head -n 1 | cut -c 1-200
}

# Of all programs that this shell has started and that have ended. It tells more of a case than the
# time until its end, which is that of its neighbours too.
save_cpu_seconds() { # job directory
	times > "$1/times"
	awk 'END { for (i = 1; i <= 2; i++) { split($i, t, "[ms]"); sum += 60 * t[1] + t[2] }
		printf "%d\n", sum }' "$1/times" > "$1/cpu_seconds"
}

# Why the case failed; nothing if it passed. What has failed in a $(...) that is an argument does not
# end the case.
verdict() { # job directory
	if [ -e "$1/stopped" ]; then
		cat "$1/stopped"
	elif grep -aqE "$trouble" "$1/console"; then
		echo "kernel: $(grep -aE -m 1 "$trouble" "$1/console" | tr -d '\r')"
	elif ! [ -s "$1/status" ]; then
		echo "the machine died"
	elif [ "$(cat "$1/status")" != 0 ]; then
		echo "exit status $(cat "$1/status"), $(reason "$1")"
	else
		reason "$1" || true
	fi
}

explain() { # job directory
	sed '/^{"\(QMP\|return\|timestamp\)"/d; s/^/    /' "$1/qemu"
	echo "    --- output (the end of $1/output)"
	tail -n 25 "$1/output" | sed 's/^/    /'
	echo "    --- kernel log (from $1/console)"
	{ grep -aE -m 1 -B 10 -A 30 "$trouble" "$1/console" || tail -n 15 "$1/console"; } |
		tr -d '\r' | sed 's/^/    /'
}

report() { # kernel, name of the case, job directory, seconds
	local why
	why=$(verdict "$3")
	{
		printf '%-11s %-20s %4d s, CPU %3d s  %s\n' "$1" "$2" "$4" "$(< "$3/cpu_seconds")" "${why:-ok}"
		[ -z "$why" ] || explain "$3"
	} > "$3/report"
	cat "$3/report"
	echo "$1 $2 $4 ${why:-ok}" >> "$run/verdicts"
}

# The newest first: that one is kept.
save_times() {
	local new
	new=$(mktemp "$CACHE/times.XXXXXX")
	{ awk '$4 == "ok" { print $1, $2, $3 }' "$run/verdicts"; cat "$CACHE/times" 2> /dev/null || true; } |
		awk '!seen[$1, $2]++' > "$new"
	mv "$new" "$CACHE/times"
}

slowest() { # how many
	sort -k 3,3nr "$run/verdicts" | head -n "$1" |
		awk '{ print (NR == 1 ? "slowest: " : "         ") $1, $2, $3 " s" }'
}

# Once more at the end, where it is looked for.
not_passed() {
	awk '$4 != "ok" { printf "not ok: %s %s, ", $1, $2
		for (i = 4; i <= NF; i++) printf "%s%s", $i, i < NF ? " " : "\n" }' "$run/verdicts"
}

result() { # kernel
	printf '%s\t%s\t%s\t' "$1" "$(basename "$(readlink -f "$CACHE/kernels/$1")")" "$(processor "$1")"
	awk -v kernel="$1" '$1 == kernel { run++; passed += $4 == "ok"; seconds += $3 }
		END { printf "%d\t%d\t%d\t", run, passed, seconds / 60 + 1 }' "$run/verdicts"
	date +%F
}

# A line for each kernel, see tests/runner/results. What ran on others is kept.
save_results() { # file
	local kernel
	for kernel in $every; do
		if grep -q "^$kernel " "$run/plan"; then
			result "$kernel"
		else
			grep -s "^$kernel	" "$1" || true
		fi
	done > "$run/results"
	mv "$run/results" "$1"
	"$here/runner/results"
}

conclude() {
	local passed failed
	save_times
	[ -z "${RESULTS:-}" ] || save_results "$RESULTS"
	[ "$(wc -l < "$run/plan")" -le 5 ] || slowest 5
	not_passed
	passed=$(grep -c ' ok$' "$run/verdicts" || true)
	failed=$(($(wc -l < "$run/plan") - passed))
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ] || exit 1
	rm -r "$run"
	exit
}
