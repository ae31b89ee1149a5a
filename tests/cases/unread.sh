# shellcheck shell=bash
# seconds: 25
#
# Datagrams stay in the buffers they were received into until the socket is read. No
# transfer may overwrite them, and there are buffers for the modem's next transfers.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

# The modem's transfers become longer, too.
lengthen() { # bytes
	qmioctl wwan0 format rx_urb_size="$1"
	agree qmap
}
export -f lengthen agree counter

received() { # frames
	[ "$(counter rx_frames wwan0.1)" -ge "$1" ]
}

# Bytes that a socket is charged for what nobody has read.
charged() { # port
	ss -uamnH "sport = :$1" | sed -n 's/.*skmem:(r\([0-9]*\),.*/\1/p'
}

no_ipv6
modem_start -d eg12 --hold-us 20000 --dl-size=32768
driver_load qmap_mode=2
wait_for_modem
agree qmap
connect 1 wwan0.1

step "more transfers than there are buffers, and longer buffers halfway"
python3 "$SRC/tests/programs/unread.py" 40 bash -c "lengthen 32768"
expect_eq "bytes of a buffer" 32768 "$(< /sys/class/net/wwan0/qmap_size)"
expect_eq rx_no_memory 0 "$(counter rx_no_memory)"

step "a transfer that fills a third of its buffer's pages"
lengthen 33792
python3 -c 'import time, udp; s = udp.receiver("", udp.DISCARD, 1 << 20); time.sleep(600)' &
reader=$!
wait_for 10 host_listens u 9
before=$(counter rx_frames wwan0.1)
# shellcheck disable=SC2046 # words
qmodem ctl send $(printf 'udp:1:1400 %.0s' {1..15})
wait_for 10 received $((before + 15))
expect_within "bytes charged for 15 datagrams of 1372" $((15 * 1372)) $((15 * 1372 * 3)) "$(charged 9)"
kill $reader
modem_stop
driver_unload

# Half of that would do if each of them had a page, and a page has up to 64 KiB.
step "a socket keeps as many as ever, whatever the buffers and pages are"
bring_up "ec25 --hold-us 20000" qmap_mode=2 qmap 1
expect_within "datagrams kept" 50 200 "$(python3 "$SRC/tests/programs/room.py" wwan0.1 1400 200)"
