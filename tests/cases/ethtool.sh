# shellcheck shell=bash
# seconds: 17
#
# What ethtool and ip show and set: driver, counters, aggregation.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

bring_up rm520 qmap_mode=2 qmapv5 1

drvinfo() { ethtool -i "$1" | sed -n "s/^$2: //p"; }

step "ethtool -i"
device=$(readlink -f /sys/class/net/wwan0/device/..)
controller=$(basename "$(dirname "$(dirname "$device")")")
for ndev in wwan0 wwan0.1; do
	expect_eq "driver of $ndev" qmap_wwan "$(drvinfo $ndev driver)"
	expect_eq "version of $ndev" "$(modinfo -F version "$KO")" "$(drvinfo $ndev version)"
	expect_eq "bus of $ndev" "usb-$controller-${device##*-}" "$(drvinfo $ndev bus-info)"
done

step "ethtool -S, per link and for the modem"
before=$(counter rx_frames wwan0.1)
ping -q -c 5 -i 0.2 -W 30 10.64.1.1 > /dev/null
expect_eq "rx_frames of wwan0.1" $((before + 5)) "$(counter rx_frames wwan0.1)"
expect_eq "rx_frames of wwan0.2" 0 "$(counter rx_frames wwan0.2)"
start_echo 1
python3 "$SRC/tests/programs/udp_sizes.py" check 10.64.1.1 1 10
expect_eq "rx_csum_valid of wwan0.1" 10 "$(counter rx_csum_valid wwan0.1)"
qmodem ctl send notip:100 udp:2:100
arrived() { [ "$(counter rx_link_down)" = 1 ]; }
wait_for 5 arrived
expect_eq "rx_link_down of wwan0.2" 1 "$(counter rx_link_down wwan0.2)"
expect_eq "rx_not_ip of wwan0.1" 1 "$(counter rx_not_ip wwan0.1)"
expect_eq "rx_urb_size" 32768 "$(counter rx_urb_size)"
expect_eq "tx_qmap_version" 5 "$(counter tx_qmap_version)"

step "ethtool -k"
expect_eq "generic-receive-offload" on "$(ethtool -k wwan0.1 | sed -n 's/^generic-receive-offload: //p')"

step "ip -s -d link"
ip -s -d link show wwan0.1 | grep -A 1 'RX:' > /dev/null
told_by_ip() { # direction
	ip -s link show wwan0.1 | awk "/$1:/ { getline; print \$2 }"
}
expect_counted "packets of wwan0.1, received" rx_frames wwan0.1 told_by_ip RX
expect_counted "packets of wwan0.1, sent" tx_frames wwan0.1 told_by_ip TX
expect_eq "DEVTYPE of wwan0" wwan "$(sed -n s/DEVTYPE=//p /sys/class/net/wwan0/uevent)"

# Debian 12's ethtool does not know tx-aggr-* yet; the kernel does from 6.3 on.
step "ethtool -C tx-aggr-*"
coalesce() { python3 "$SRC/tests/programs/coalesce.py" wwan0 "$@"; }
attribute() { cat "/sys/class/net/wwan0/tx_aggr_$1"; }
if [ "$(printf '%s\n' 6.3 "$RELEASE" | sort -V | head -n 1)" = 6.3 ]; then
	expect_eq "by default" "4096 1 250" "$(coalesce)"
	coalesce 8192 11 100
	expect_eq "afterwards" "8192 11 100" "$(coalesce)"
	expect_eq "in sysfs" "8192 11 100" "$(attribute max_bytes) $(attribute max_frames) $(attribute time_usecs)"
	expect_eq "beyond the limit" "EINVAL: tx-aggr-max-frames is 1 to 64" "$(coalesce 8192 65 100)"
	expect_eq "beyond the limit" "EINVAL: tx-aggr-max-bytes is 1 to 32768" "$(coalesce 32769 11 100)"
	expect_eq "unchanged" "8192 11 100" "$(coalesce)"
	echo 2 > /sys/class/net/wwan0/tx_aggr_max_frames
	expect_eq "set in sysfs" "8192 2 100" "$(coalesce)"
else
	expect_eq "before Linux 6.3" ENOTSUP "$(coalesce)"
fi
