# shellcheck shell=bash
# kernels: debug
# seconds: 20
#
# The modem sends more at once than was agreed on, and memory has no buffers that are as large.
# The driver takes the largest that there are, and does not ask for more all the time.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/faults.sh"

AGREED=4096
AT_ONCE=32768

# Each full transfer but the last one is longer than a buffer.
bursts() {
	qmodem ctl silence in on	# its queue is full when it begins
	send_down 1 1000 1400
	qmodem ctl format qmap $AT_ONCE
	qmodem ctl silence in off
}

has_buffers_of() { # bytes
	[ "$(counter rx_urb_size)" = "$1" ]
}

no_ipv6
modem_start -d ec25 --dl-size=$AT_ONCE
driver_load qmap_mode=1
wait_for_modem
qmodem ctl format qmap $AGREED
connect 1 wwan0
wait_for 10 answers 1

# Of works, and not of packets that are received meanwhile.
set_up_faults
mapfile -t range < <(range_of process_one_work)
set_range require "${range[@]}"
mapfile -t range < <(range_of net_rx_action)
set_range reject "${range[@]}"
echo 3 > $FAULTS/fail_page_alloc/min-order	# 32768 bytes

step "the largest buffers that there are"
echo 100 > $FAULTS/fail_page_alloc/probability
began=$SECONDS
bursts
wait_for 10 has_buffers_of 16384

step "a second attempt is made a second later"
before=$(modem_stat downlink_split)
bursts
wait_for 10 answers 1
failed=$(faults fail_page_alloc)
expect_within "bursts longer than a buffer" 20 100 $(($(modem_stat downlink_split) - before))
expect_within "attempts" 1 $((SECONDS - began + 1)) "$failed"
expect_eq "bytes of a buffer" 16384 "$(counter rx_urb_size)"

step "there are larger ones again"
echo 0 > $FAULTS/fail_page_alloc/probability
bursts
wait_for 10 has_buffers_of $AT_ONCE
wait_for 10 answers 1
modem_is_content
