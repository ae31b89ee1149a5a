# shellcheck shell=bash
# seconds: 15
#
# Small packets faster than any program reads them: all that the socket has room for
# arrive, and no poll takes longer than NAPI allows.
. "$SRC/tests/lib/case.sh"

TRACE=/sys/kernel/tracing
DATAGRAMS=30000			# tun0's queue can have 32767
machine_is_fast || DATAGRAMS=6000

# Packets that found the CPU's backlog full.
backlog_drops() {
	local drops sum=0
	while read -r _ drops _; do
		sum=$((sum + 16#$drops))
	done < /proc/net/softnet_stat
	echo $sum
}

# NAPI work by the driver's own counters.
work_done() {
	echo $(($(counter rx_frames) + $(counter rx_transfers)))
}

# Debian's kernels have histograms of events from 6.1 on, but not on MIPS.
counts_polls() {
	[[ ($RELEASE == 6.1.0-* && $RELEASE != *-malta) || $RELEASE == *+deb* ]]
}

modem_start -d rm520
driver_load qmap_mode=1
wait_for_modem
agree qmap
tell_version qmap
connect 1 wwan0
answers 1

step "$DATAGRAMS datagrams of 64 bytes to a socket that is not read"
if counts_polls; then
	mount -t tracefs tracefs $TRACE
	echo 'hist:keys=work if dev_name == "wwan0"' > $TRACE/events/napi/napi_poll/trigger
fi
ip -n pdn1 link set tun0 txqueuelen $DATAGRAMS
sysctl -q net.ipv4.udp_mem="1000000 1000000 1000000"	# all sockets have room for it, too
drops=$(backlog_drops)
before=$(work_done)
expect_eq "datagrams that arrived" $DATAGRAMS "$(python3 "$SRC/tests/programs/flood.py" $DATAGRAMS)"
expect_eq "overflows of the backlog" "$drops" "$(backlog_drops)"

if machine_is_fast; then
	expect_eq "frames in a full transfer" 64 "$(modem_stat downlink_frames_max)"
fi
if counts_polls; then
	step "no poll did more work than NAPI allows, or than it reported"
	polls=$(sed -n 's/[^0-9]*\([0-9]*\) } hitcount: *\([0-9]*\)/\1 \2/p' $TRACE/events/napi/napi_poll/hist)
	echo "$polls" | awk '$1 > 64 { exit 1 }' || fail "the polls (work, times): $polls"
	expect_eq "work of all polls" $(($(work_done) - before)) \
		"$(echo "$polls" | awk '{ sum += $1 * $2 } END { print sum }')"
fi
