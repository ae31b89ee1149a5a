# shellcheck shell=bash
# seconds: 60
# kernels: amd64
#
# qmap-report names the fault where modem and driver do not agree on the format of data, by what
# the modem says, or by what has come if it is not asked. In qmap_mode 0 and with quectel-CM, too,
# a modem that is well has none.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/connect.sh"
. "$SRC/tests/lib/report.sh"

no_ipv6

step "transfers that are longer than the buffers"
modem_start -d ec25 -n 1 --dl-size=32768
driver_load qmap_mode=1
wait_for_modem
qmodem ctl format qmap 32768
connect 1 wwan0
finds oversize
answers 1
qmodem ctl service 3000
send_down 1 300 1300
qmodem ctl service 0
wait_for 10 klog_has "the modem sends more at once than was agreed on"
answers 1
finds oversize
end

step "no QMAP in qmap_mode=1: by what the modem says, and by what has come if it is not asked"
one_call 1 none
finds qmap-format
send_down 1 10 100
wait_for 5 has_counted rx_truncated 4
ip address flush dev wwan0
finds qmap-format
end

step "QMAP in qmap_mode=0, where no link is"
one_call 0 qmap
finds qmap-format
for _ in 1 2 3 4 5; do
	qmodem ctl send udp:1:100
done
wait_for 5 has_counted rx_not_ip 5
ip address flush dev wwan0
finds qmap-format
end

step "well: qmap_mode=0, without links by hand, and with links by qmap-connect"
one_call 0 none
answers 1
finds_nothing
end
driver_load
wait_for_modem
echo 0x81 > /sys/class/net/wwan0/qmi/add_mux
connect_start internet,ip=4
wait_for 30 says "^qmimux0: .*10.64.1.2/24"
answers 1
finds_nothing
connect_stop
end

step "well: quectel-CM, qmap_mode=1"
mkdir -p /tmp/pretend /etc/udhcpc
cp /job/qmclient /tmp/pretend/quectel-CM
write_lease_script /etc/udhcpc/default.script
driver_load qmap_mode=1
wait_for_modem
mkfifo /tmp/stdin
/tmp/pretend/quectel-CM -n 1 -4 < /tmp/stdin > /tmp/quectel-CM 2>&1 &
exec 8> /tmp/stdin
wait_for 30 file_says ^connected /tmp/quectel-CM
answers 1
finds_nothing
exec 8>&-
