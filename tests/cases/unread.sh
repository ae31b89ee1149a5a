# shellcheck shell=bash
# seconds: 20
#
# Datagrams stay in the buffers they were received into until the socket is read. No
# transfer may overwrite them, and there are buffers for the modem's next transfers.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

modem_start -d rm520 --hold-us 20000
driver_load qmap_mode=2
wait_for_modem
qmioctl wwan0 format rx_urb_size=16384
agree qmapv5
connect 1 wwan0.1

step "more transfers than there are buffers, and longer buffers halfway"
python3 "$SRC/tests/programs/unread.py" 40 qmioctl wwan0 format rx_urb_size=32768
expect_eq "bytes of a buffer" 32768 "$(cat /sys/class/net/wwan0/qmap_size)"
expect_eq rx_no_memory 0 "$(counter rx_no_memory)"
