# shellcheck shell=bash
# seconds: 15
#
# Small packets faster than anyone can take them: what the socket has room for
# arrives, and no CPU is held longer than NAPI allows.
. "$SRC/tests/lib.sh"

TRACE=/sys/kernel/tracing
DATAGRAMS=30000			# a queue of 32767 is the longest that the network can have
machine_is_fast || DATAGRAMS=6000

# Packets that found the CPU's backlog full.
backlog_drops() {
	local drops sum=0
	while read -r _ drops _; do
		sum=$((sum + 16#$drops))
	done < /proc/net/softnet_stat
	echo $sum
}

modem_start -d rm520
driver_load qmap_mode=1
wait_for_modem
agree qmap
connect 1 wwan0
answers 1

# The kernels that check themselves have no tracing.
if machine_is_fast; then
	mount -t tracefs tracefs $TRACE
	echo 'hist:keys=work if dev_name == "wwan0"' > $TRACE/events/napi/napi_poll/trigger
fi

step "$DATAGRAMS datagrams of 64 bytes to a socket that is not read"
ip -n pdn1 link set tun0 txqueuelen $DATAGRAMS
drops=$(backlog_drops)
expect_eq "datagrams that arrived" $DATAGRAMS "$(python3 "$SRC/tests/flood.py" $DATAGRAMS)"
expect_eq "frames in a full transfer" 64 "$(modem_stat downlink_frames_max)"
expect_eq "overflows of the backlog" "$drops" "$(backlog_drops)"

if machine_is_fast; then
	step "what NAPI was asked for"
	most=$(awk '/work:/ { sub(".*work: *", ""); print $1 + 0 }' $TRACE/events/napi/napi_poll/hist | sort -n | tail -n 1)
	expect_eq "packets in the longest poll" 64 "$most"
fi
