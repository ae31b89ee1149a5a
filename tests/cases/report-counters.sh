# shellcheck shell=bash
# seconds: 60
# kernels: amd64
#
# qmap-report names the fault by what the driver has counted: packets for an unknown mux id,
# errors on USB, no answer, no aggregation. A call that is well has none.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/report.sh"

no_ipv6
modem_start -d rm520 -n 1

step "well: qmap_mode=1, by hand"
one_call 1 qmapv5
sysctl -q net.ipv6.conf.wwan0.disable_ipv6=0
cat "$QMI_DEVICE" > /dev/null &
reader=$!
ping -q -c 6 -i 0.2 ff02::1%wwan0 > /dev/null || true
finds_nothing
kill $reader
answers 1
finds_nothing

step "a mux id without a link, until enough good packets have come"
badmux=$(for _ in 1 2 3 4 5 6; do echo badmux:100; done)
# shellcheck disable=SC2086 # words
qmodem ctl send $badmux
wait_for 5 has_counted rx_no_link 6
finds no-link
send_down 1 20 100
wait_for 5 has_counted rx_frames 20
finds_nothing

step "errors on USB"
qmodem ctl fail in EPROTO 10
wait_for 5 has_counted rx_transfer_errors 10
finds usb-errors
end

step "another version of QMAP: by what the modem says, and by what has come if it is not asked"
one_call 1 qmapv5
tell_version qmap
finds qmap-version
send_datagrams 1 10 100
cat "$QMI_DEVICE" > /dev/null &
reader=$!
finds qmap-version
kill $reader
expect_violations v5_missing 10 10
tell_version qmapv5
wait_for 5 answers 1

step "uploads without aggregation"
send_datagrams 1 1000 1000
wait_for 30 has_counted tx_frames 1000
finds no-aggregation
set_aggregation 11 8192
finds_nothing
end

step "an upload without QMAP, before there was a link"
driver_load
wait_for_modem
agree none
connect 1 wwan0
send_datagrams 1 1000 1000
wait_for 30 has_counted tx_frames 1000
ip link set wwan0 down
ip address flush dev wwan0
qmodem ctl drop 1
echo 0x81 > /sys/class/net/wwan0/qmi/add_mux
agree qmapv5
connect 1 qmimux0
answers 1
finds_nothing
