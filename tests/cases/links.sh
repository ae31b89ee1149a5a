# shellcheck shell=bash
# seconds: 25
# also: 6.12-xhci
#
# qmap_mode=0 without libqmi: scripts for qmi_wwan write these attributes, and get what they
# get from qmi_wwan.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

qmi_dir=/sys/class/net/wwan0/qmi

refused() { # errno, value, attribute
	local errno
	errno=$(python3 -c '
import errno, sys, sysfs
try:
    sysfs.write(sys.argv[2], sys.argv[1].encode())
except OSError as e:
    print(errno.errorcode[e.errno])' "$2" "$qmi_dir/$3")
	expect_eq "'$2' written to $3" "$1" "$errno"
}

modem_start -d eg12 --dl-size=32768
driver_load
wait_for_modem
no_ipv6	# so that the first packet of a link is a ping

step "raw IP and Ethernet"
for value in N 0 n; do
	echo $value > $qmi_dir/raw_ip
	expect_eq raw_ip N "$(< $qmi_dir/raw_ip)"
	expect_eq "type" 1 "$(< /sys/class/net/wwan0/type)"
	echo Y > $qmi_dir/raw_ip
	expect_eq raw_ip Y "$(< $qmi_dir/raw_ip)"
	expect_eq "type" 65534 "$(< /sys/class/net/wwan0/type)"
done
refused EINVAL maybe raw_ip
ip link set wwan0 up
refused EBUSY N raw_ip
echo Y > $qmi_dir/raw_ip
expect_eq raw_ip Y "$(< $qmi_dir/raw_ip)"
[ ! -e $qmi_dir/pass_through ] || fail "pass_through is there, and programs would use it"

step "plain raw IP"
qmodem ctl format none
connect 3 wwan0
connect 3 wwan0 6
start_echo 3
datagrams_of_all_sizes 3 1500
qmodem ctl drop 3

step "mux ids"
for value in 0 255 256 -1 mux; do
	refused EINVAL "$value" add_mux
done
refused EINVAL 1 del_mux
echo 0x10 > $qmi_dir/add_mux
echo 17 > $qmi_dir/add_mux
refused EINVAL 16 add_mux
expect_eq add_mux "0x10 0x11" "$(paste -sd ' ' $qmi_dir/add_mux)"

step "a program that is refused again and again does not fill the log"
dmesg -c > /dev/null
python3 -c '
import os, sys
for name, value in ("add_mux", b"16"), ("del_mux", b"1"), ("raw_ip", b"N"):
    attribute = os.open(sys.argv[1] + "/" + name, os.O_WRONLY)
    for _ in range(100):
        try:
            os.write(attribute, value)
            sys.exit(f"{value} was written to {name}")
        except OSError:
            pass' $qmi_dir
expect_within "lines about that" 1 30 "$(dmesg | grep -c 'has a link already\|has no link\|raw_ip')"
expect_eq del_mux "0x10 0x11" "$(paste -sd ' ' $qmi_dir/del_mux)"
expect_eq "mux id" 0x11 "$(< /sys/class/net/qmimux1/qmap/mux_id)"
expect_eq "lower device of qmimux0" wwan0 "$(basename "$(readlink -f /sys/class/net/qmimux0/lower_*)")"
expect_eq "netdevs of the interface" wwan0 "$(ls /sys/class/net/wwan0/device/net)"

step "two links"
qmodem ctl format qmap 16384
qmodem ctl call 1 0x10 4
qmodem ctl call 2 0x11 4
configure_link qmimux0 10.64.1.2/24 10.64.1.1 1500
configure_link qmimux1 10.64.2.2/24 10.64.2.1 1500
answers 1
answers 2

step "while it has links wwan0 receives, and sends nothing"
statistic() { cat "/sys/class/net/wwan0/statistics/$1"; }
qmodem ctl call 3 0x81 4
sent=$(modem_stat uplink_transfers)
refused=$(counter tx_has_links)
dropped=$(statistic tx_dropped)
is_silent 3 || fail "PDN 3 answers on wwan0"
ip -6 route flush cache
ping -q -c 1 -W 1 -I wwan0 ff02::1 > /dev/null || true
expect_eq "transfers" "$sent" "$(modem_stat uplink_transfers)"
refused=$(($(counter tx_has_links) - refused))
[ $refused -ge 2 ] || fail "tx_has_links has counted $refused packets"
expect_eq "tx_dropped" $((dropped + refused)) "$(statistic tx_dropped)"
received=$(statistic rx_packets)
qmodem ctl format none
qmodem ctl drop 1
qmodem ctl drop 2
qmodem ctl send udp:3:100
arrived() { [ "$(statistic rx_packets)" -gt "$received" ]; }
wait_for 5 arrived
qmodem ctl format qmap 16384
qmodem ctl call 2 0x11 4
answers 2

step "the MTU of wwan0 is the size of downlink transfers"
expect_eq "rx_urb_size" 16384 "$(counter rx_urb_size)"
ip link set wwan0 mtu 32768
expect_eq "rx_urb_size" 32768 "$(counter rx_urb_size)"
qmodem ctl format qmap 32768
transfers_are_full 2 20
expect_eq "transfers in several URBs" 0 "$(modem_stat downlink_split)"
ip link set wwan0 mtu 1500
expect_eq "rx_urb_size" 32768 "$(counter rx_urb_size)"
answers 2

step "wwan0 sends again when the links are gone"
echo 16 > $qmi_dir/del_mux
echo 17 > $qmi_dir/del_mux
qmodem ctl drop 2
qmodem ctl format none
answers 3
qmodem ctl format qmap 32768

step "254 links"
for ((i = 1; i <= 254; i++)); do
	echo $i > $qmi_dir/add_mux
done
expect_eq "links" 254 "$(wc -l < $qmi_dir/add_mux)"
ip link set qmimux253 up
ip address add 10.64.4.2/24 dev qmimux253
qmodem ctl call 4 254 4
answers 4
for ((i = 1; i <= 254; i += 2)); do
	echo $i > $qmi_dir/del_mux
done
answers 4
expect_eq "links" 127 "$(find /sys/class/net -name 'qmimux*' | wc -l)"

step "they disappear with the modem"
qmodem ctl unplug
wait_for 10 modem_is_gone
expect_eq "links" "" "$(find /sys/class/net -name 'qmimux*')"
