# shellcheck shell=bash
# settings: TRANSFERS=4000 SEED=1
# seconds: 20 + TRANSFERS / 400
#
# Thousands of mutated downlink transfers, and good packets between them, which all arrive.
# More: "make check CASE=mutation TRANSFERS=1000000 SEED=7".
. "$SRC/tests/lib/case.sh"

# Each frame ends in one of the counters of frames, which are all but these of rx_*.
frames_found() {
	ethtool -S wwan0 | awk '/^ *rx_/ && !/rx_transfer|rx_urb_size/ { n += $2 } END { print n }'
}

account_holds() {
	[ "$(frames_found)" = "$(modem_stat downlink_to_be_found)" ]
}

buffers_are_largest() {
	[ "$(counter rx_urb_size)" = 65536 ]
}

sent_or_more_than() { # transfers, before
	local now
	now=$(modem_stat mutate_transfers)
	[ "$now" = "$1" ] || [ "$now" -gt "$2" ]
}

good_ones_arrive() {
	[ "$(modem_stat mutate_arrived)" = "$(modem_stat mutate_good)" ]
}

# Waits as long as the modem makes progress.
mutate() { # transfers
	local sent=0
	qmodem ctl mutate "$1" "$SEED"
	while [ "$sent" != "$1" ]; do
		wait_for 10 sent_or_more_than "$1" "$sent"
		sent=$(modem_stat mutate_transfers)
	done
	wait_for 10 good_ones_arrive
	wait_for 10 account_holds
	echo "$(modem_stat downlink_to_be_found) frames, $(modem_stat mutate_good) good packets"
}

hostile() { # product, qmap_mode, protocol, links...
	local product=$1 protocol=$3 link pdn=0
	step "$product, qmap_mode=$2, $protocol, seed $SEED"
	modem_start -d "$product"
	driver_load "qmap_mode=$2"
	wait_for_modem
	[ "$protocol" = ethernet ] || agree "$protocol"
	# or mutated frames would change the version of the uplink
	[[ $protocol != qmap* ]] || tell_version "$protocol"
	shift 3
	for link; do
		pdn=$((pdn + 1))
		connect $pdn "$link" 4
		connect $pdn "$link" 6
	done

	# Transfers under way are lost when buffers grow, so let them grow first. The next is not
	# trusted: an empty one.
	qmodem ctl send udp:1:16000 udp:1:16000 udp:1:16000 udp:1:16000 udp:1:16000
	wait_for 10 buffers_are_largest
	qmodem ctl send
	mutate $((TRANSFERS / 4))
	expect_eq "remainders of overlong transfers, and one not trusted" \
		$(($(modem_stat downlink_rests) + 1)) "$(counter rx_transfer_errors)"
	expect_eq rx_no_memory 0 "$(counter rx_no_memory)"
	modem_is_content
	qmodem ctl reset-stats

	# some mutated frames were commands to stop a link
	for ((; pdn > 0; pdn--)); do
		[[ $protocol != qmap* ]] || qmodem ctl flow $((0x80 + pdn)) on
		wait_for 5 answers $pdn
		ping -q -c 1 -W 30 "2001:db8:$pdn::1" > /dev/null || fail "no ping6 over PDN $pdn"
	done
	driver_unload
	nothing_left
	expect_eq "URBs left" 0 "$(modem_stat urbs_pending_in)"
	modem_stop
}

hostile eg12 2 qmap wwan0.{1,2}
hostile rm520 2 qmapv5 wwan0.{1,2}
hostile rm520 0 none wwan0
hostile uc20 0 ethernet wwan0
