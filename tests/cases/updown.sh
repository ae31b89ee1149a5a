# shellcheck shell=bash
# seconds: 25
#
# Netdevs go down and up under load, in any order. Then traffic goes on.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

bring_up ec25 qmap_mode=2 qmap 1 2
for n in 1 2; do
	start_iperf $n
	iperf3 -u -b 5M -l 1000 -t 60 -c 10.64.$n.1 > /dev/null 2>&1 &
done
sleep 1

step "the parent, while its links stay up"
for ((i = 0; i < 10; i++)); do
	ip link set wwan0 down
	ip link set wwan0 up
done
expect_eq "carrier of wwan0.1" 1 "$(< /sys/class/net/wwan0.1/carrier)"
qmodem ctl service 1000
ip link set wwan0 down
for n in 1 2; do
	expect_eq "carrier of wwan0.$n, which is still up" 0 "$(< /sys/class/net/wwan0.$n/carrier)"
done
sleep 0.5
ip link set wwan0 up
for n in 1 2; do
	expect_eq "carrier of wwan0.$n" 1 "$(< /sys/class/net/wwan0.$n/carrier)"
done
qmodem ctl service 0
ip route replace 10.64.1.1 dev wwan0.1
ip route replace 10.64.2.1 dev wwan0.2
wait_for 5 answers 1
wait_for 5 answers 2

step "a link, while the other runs"
for ((i = 0; i < 10; i++)); do
	ip link set wwan0.1 down
	ip link set wwan0.1 up
done
ip route replace 10.64.1.1 dev wwan0.1
wait_for 5 answers 1
wait_for 5 answers 2

step "no transfer counts as failed"
expect_eq tx_errors 0 "$(< /sys/class/net/wwan0/statistics/tx_errors)"
expect_eq rx_errors 0 "$(< /sys/class/net/wwan0/statistics/rx_errors)"
