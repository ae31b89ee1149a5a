# shellcheck shell=bash
# seconds: 60
#
# Links that send at once share the uplink by bytes. A packet of a link waits for two
# transfers at most, whatever other links send.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

no_ipv6

bring_up eg12 qmap_mode=3 qmap 1 2 3
set_aggregation 11 8192
start_echo 2
sysctl -q net.core.wmem_default=1000000	# a program that waits for the CPU has something to send

uploads=()
upload() { # microseconds for a transfer; pdn, datagrams handed at once, and again...
	qmodem ctl service "$1"
	qmodem ctl reset-stats
	shift
	for ((i = 1; i < $#; i += 2)); do
		python3 "$SRC/tests/programs/upload.py" flood "${@:i:2}" &
		uploads+=($!)
	done
	for ((i = 1; i < $#; i += 2)); do
		wait_for 20 sent "${!i}" 100
	done
}

queues_are_empty() {
	! tc -s qdisc show | grep "backlog [1-9]" > /dev/null
}

end_uploads() {
	kill "${uploads[@]}"
	wait "${uploads[@]}" || true
	uploads=()
	qmodem ctl service 0
	wait_for 20 queues_are_empty
}

# Seconds after which a program that can send has sent.
pause=0.1
machine_is_fast || pause=1

# The modem takes nothing, and the host has sent all that it may.
stands_still() {
	local before
	before=$(modem_stat urbs_pending_out)
	sleep $pause
	[ "$before" -gt 0 ] && [ "$(modem_stat urbs_pending_out)" = "$before" ]
}

# A packet is sent while the modem takes nothing. Prints which of the transfers that the
# modem takes afterwards has it.
transfers_until_sent() { # pdn
	qmodem ctl silence out on
	wait_for 5 stands_still
	qmodem ctl reset-stats
	echo > "/dev/udp/10.64.$1.1/7"
	qmodem ctl silence out off
	wait_for 20 sent "$1" 1
	modem_stat "pdn$1_uplink_first"
}

waits_for_two() { # times
	local i place
	for ((i = 0; i < $1; i++)); do
		place=$(transfers_until_sent 2)
		[ "$place" -le 3 ] || fail "a packet waited for $((place - 1)) transfers"
	done
}

for links in "1 60" "1 60 3 60" "1 60 3 1"; do
	step "link 2 asks, beside (link, datagrams at once): $links"
	# shellcheck disable=SC2086 # words
	upload 2000 $links
	waits_for_two 5
	expect_eq "answers" 100 "$(python3 "$SRC/tests/programs/upload.py" ask 2 100 50)"
	end_uploads
done

sent_bytes() { # at least
	[ "$(modem_stat uplink_bytes)" -ge "$1" ]
}

# The modem takes less than each link alone could send.
for links in "1 60 2 1" "1 60 2 60" "1 1 2 1"; do
	step "both send as fast as they can (link, datagrams at once): $links"
	# shellcheck disable=SC2086 # words
	upload 30000 $links
	qmodem ctl reset-stats
	wait_for 20 sent_bytes 600000
	mapfile -t bytes < <(qmodem ctl stats | sed -n 's/^pdn[12]_uplink_bytes //p')	# of one moment
	echo "bytes: ${bytes[*]}"
	end_uploads
	! machine_is_fast ||
		expect_within "per cent of link 1" 40 60 $((100 * bytes[0] / (bytes[0] + bytes[1])))
done
