# shellcheck shell=bash
# seconds: 60
#
# User space has agreed with the modem on transfers that are longer than the driver's
# buffers, and has not told the driver. The rest of a packet then lies in the next buffer,
# with bytes that a distant sender chose: they are never taken for a frame or a command.
# The driver makes its buffers larger by itself.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

# Nobody sends but the case.
no_ipv6

grown() { # bytes
	[ "$(counter rx_urb_size)" -ge "$1" ]
}

# The payloads look like frames for this mux id: commands to stop the link, and datagrams for
# another port.
download() { # datagrams
	pace=$(in_pdn 1 python3 "$SRC/tests/programs/lookalike.py" send 10.64.1.2 "$1")
}

# Transfers are full where the modem takes twice as long for one as the program for what fits in.
slow_down() { # bytes of a transfer
	qmodem ctl service $((2 * $1 * pace / 1000))
}

overlong() { # product, protocol, bytes agreed on, bytes of a buffer before and after, forget
	step "$1, $2: transfers of $3 bytes, buffers of $4"
	modem_start -d "$1" --dl-size="$3"
	driver_load qmap_mode=1
	wait_for_modem
	qmodem ctl format "$2" "$4"
	connect 1 wwan0
	answers 1
	expect_eq "bytes of a buffer" "$4" "$(counter rx_urb_size)"
	python3 "$SRC/tests/programs/lookalike.py" receive > /tmp/received & receiver=$!
	download 300
	qmodem ctl silence in on	# its queue is full when it begins
	download 1000
	qmodem ctl format "$2" "$3"
	qmodem ctl service 20000
	[ -z "${6-}" ] || qmodem ctl forget
	qmodem ctl silence in off
	wait_for 10 grown "$5"

	expect_eq "bytes of a buffer" "$5" "$(< /sys/class/net/wwan0/qmap_size)"
	expect_eq "lines in the log" 1 "$(dmesg | grep -c "rx_urb_size = $5 from now on")"
	dmesg -c > /dev/null

	step "from now on each of them fits"
	expect_within "transfers that were cut off" 1 20 "$(modem_stat downlink_split)"
	[ -z "${6-}" ] || expect_eq "taken back with a part of one" 1 "$(modem_stat downlink_forgotten)"
	slow_down "$3"
	qmodem ctl reset-stats
	truncated=$(counter rx_truncated)
	download 3000
	qmodem ctl service 0
	wait_for 10 answers 1
	expect_within "longest transfer" $(($3 * 3 / 4)) "$3" "$(modem_stat downlink_size_max)"
	expect_eq "transfers that were cut off" 0 "$(modem_stat downlink_split)"
	expect_eq rx_truncated "$truncated" "$(counter rx_truncated)"

	step "nothing was obeyed, nothing forged has arrived"
	expect_eq rx_commands 0 "$(counter rx_commands)"
	expect_eq tx_answers 0 "$(counter tx_answers)"
	expect_eq "frames found that the modem has not sent" 0 "$(($(counter rx_empty) + \
$(counter rx_bad_pad) + $(counter rx_no_link) + $(counter rx_not_ip) + $(counter rx_bad_header)))"
	kill $receiver
	wait $receiver || true
	expect_eq "forged datagrams" 0 "$(sed -n 's/^forged //p' /tmp/received)"
	expect_within "datagrams" 1000 1000000 "$(sed -n 's/^real //p' /tmp/received)"
	driver_unload
	modem_stop
}

overlong ec25 qmap 5000 4096 8192
overlong ec21 qmap 32768 4096 32768
overlong eg12 qmap 20480 16384 32768
overlong rm520 qmapv5 65536 32768 65536
overlong ec25 qmap 5000 4096 8192 forget
overlong rm520 qmapv5 65536 32768 65536 forget

step "raw IP: the rest of a packet is no packet"
modem_start -d ec25
driver_load
wait_for_modem
connect 1 wwan0
answers 1
before=$(< /sys/class/net/wwan0/statistics/rx_packets)
qmodem ctl send udp:1:6000
more_have_come() { [ "$(< /sys/class/net/wwan0/statistics/rx_packets)" -gt "$before" ]; }
wait_for 5 more_have_come
expect_eq packets $((before + 1)) "$(< /sys/class/net/wwan0/statistics/rx_packets)"
expect_eq rx_not_ip 0 "$(counter rx_not_ip)"
wait_for 5 grown 8192

step "with the buffers a part of a transfer may have gone: what comes next is not trusted"
errors=$(counter rx_transfer_errors)
qmodem ctl send udp:1:100
more_errors() { [ "$(counter rx_transfer_errors)" -gt "$errors" ]; }
wait_for 5 more_errors
expect_eq packets $((before + 1)) "$(< /sys/class/net/wwan0/statistics/rx_packets)"
answers 1
expect_eq "transfers not trusted" $((errors + 1)) "$(counter rx_transfer_errors)"

step "a transfer that is broken off does not tell how long it would have been"
qmodem ctl service 5000000	# until its rest
qmodem ctl reset-stats
qmodem ctl send udp:1:10000
is_split() { [ "$(modem_stat downlink_split)" = 1 ]; }
wait_for 5 is_split
qmodem ctl forget
ip link set wwan0 mtu 9000
size=$(counter rx_urb_size)
errors=$(counter rx_transfer_errors)
qmodem ctl send udp:1:8000
qmodem ctl service 0
wait_for 10 more_errors
answers 1
expect_eq "bytes of a buffer" "$size" "$(counter rx_urb_size)"
