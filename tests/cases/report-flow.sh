# shellcheck shell=bash
# seconds: 75
# kernels: amd64
#
# qmap-report names the fault where no packet leaves: a route to the wrong netdev, a link that
# the modem has stopped, a modem that takes nothing. Four PDNs that are well have none.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/connect.sh"
. "$SRC/tests/lib/report.sh"

step "well: qmap-connect, qmap_mode=4"
modem_start -d rm520 -n 2
driver_load qmap_mode=4
wait_for_modem
connect_start 1:internet 2:ims
for n in 1 2; do
	wait_for 30 says "^wwan0.$n: .*10.64.$n.2/24, 2001:db8:$n::2/64"
	answers $n
done
ping -q -c 6 -i 0.2 ff02::1%wwan0 > /dev/null || true	# as IPv6 sends on each netdev
wait_for 5 has_counted tx_has_links 6
finds_nothing
connect_stop
no_ipv6
sysctl -qw net.ipv6.conf.all.disable_ipv6=1

step "the modem stops a link, and meanwhile a route points to wwan0"
agree qmapv5
connect 1 wwan0.1
connect 2 wwan0.2
answers 2
qmodem ctl flow 0x81 off
wait_for 5 has_counted tx_answers 1
send_datagrams 1 20 100
finds flow-off
ip route add 10.99.0.0/16 dev wwan0
finds flow-off wrong-route
ip route del 10.99.0.0/16 dev wwan0

step "it takes nothing; the driver goes on after 40 s, and gives up after 30 s"
qmodem ctl silence out on
send_datagrams 2 20 100
wait_for 60 klog_has "stopped by the modem for 40 s, sends again"
wait_for 60 klog_has "the modem has taken nothing for 30 s"
qmodem ctl silence out off
wait_for 20 answers 1
finds flow-timeout stuck
