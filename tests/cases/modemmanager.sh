# shellcheck shell=bash
# seconds: 70
# kernels: amd64
#
# ModemManager, udev and D-Bus as Debian ships them find the modem, dial without multiplexing
# and with four bearers at once, and go on when the modem is unplugged.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/modemmanager.sh"
. "$SRC/tests/lib/recipe.sh"
. "$SRC/tests/lib/report.sh"

no_automatic_addresses
driver_load driver_name=qmi_wwan
start_services
shows_up modem_start -d ec25

step "found"
wait_for_modemmanager
expect_modem << 'EOT'
modem.generic.plugin quectel
modem.generic.model EC25
modem.generic.primary-port cdc-wdm0
modem.generic.equipment-identifier 004999010640000
modem.generic.own-numbers.value[1] 15550100
modem.generic.carrier-configuration ROW_Generic_3GPP
EOT
mmcli --sim=any -K > /tmp/sim
expect_values /tmp/sim << 'EOT'
sim.properties.gid1 51
sim.properties.gid2 52
sim.properties.emergency-numbers.value[1] 112
EOT

step "a bearer without multiplexing"
register
connect
pings 1
finds_nothing
start_iperf 1
echo "uplink $(($(iperf 1 -n 1M) / 1000000)) Mbit/s"
echo "downlink $(($(iperf 1 -n 1M -R) / 1000000)) Mbit/s"

step "disconnect"
disconnect

# The bearer is there already.
follow_recipe modemmanager "s/-b 1/-b $(bearer_number)/" > /tmp/bearer.readme
for line in "interface: wwan0" "address: 10.64.1.2" "gateway: 10.64.1.1" "dns: 10.64.1.1" "mtu: 1500"; do
	grep " $line" /tmp/bearer.readme || fail "no '$line' in $(< /tmp/bearer.readme)"
done
save_bearer 1 "$(bearer_number)"
configure 1
pings 1
disconnect

step "four bearers at once"
connect_all_multiplexed
expect_eq "aggregation agreed on" "QMAP 5 up, 5 down, 4096 bytes" \
	"QMAP $(modem_stat uplink_protocol) up, $(modem_stat downlink_protocol) down, $(modem_stat downlink_size) bytes"
finds_nothing

step "traffic over all four"
for n in 2 3 4; do
	start_iperf $n
done
traffic_over_all 3 2

step "the modem is unplugged while all four are connected"
links=$(for n in 1 2 3 4; do link_of $n; done)
qmodem ctl unplug
wait_for 20 modem_is_forgotten
wait_for 10 modem_is_gone
for link in $links; do
	! link_exists "$link" || fail "$link is still there"
done

step "it is plugged in again"
shows_up qmodem ctl plug
wait_for_modemmanager
register
connect
pings 1
