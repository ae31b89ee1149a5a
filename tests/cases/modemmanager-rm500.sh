# shellcheck shell=bash
# seconds: 50
# kernels: amd64
#
# ModemManager finds a 5G modem that was there before it, removes a link of another program,
# agrees with the modem on QMAPv5 and long transfers, and dials four times. It tells the
# driver only the size of transfers.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/recipe.sh"
. "$SRC/tests/lib/modemmanager.sh"

no_automatic_addresses
driver_load driver_name=qmi_wwan
modem_start -d rm500
wait_for_modem
echo Y > /sys/class/net/wwan0/qmi/raw_ip
echo 0x99 > /sys/class/net/wwan0/qmi/add_mux
ls -d /sys/class/net/wwan0/upper_* || fail "add_mux made no link"
start_services

step "found, with a link of another program"
wait_for_modemmanager
expect_eq "links" "" "$(find /sys/class/net/wwan0/ -name 'upper_*')"

step "registered in 5G"
register
expect_modem <<< "modem.generic.access-technologies.value[1] 5gnr"

step "four bearers at once"
connect_all_multiplexed
expect_eq "aggregation agreed on" "QMAP 9 up, 9 down, 32768 bytes" \
	"QMAP $(modem_stat uplink_protocol) up, $(modem_stat downlink_protocol) down, $(modem_stat downlink_size) bytes"

step "traffic over all four"
for n in 1 2 3 4; do
	start_iperf $n
done
traffic_over_all 3 10
