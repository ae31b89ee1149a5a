# shellcheck shell=bash
# seconds: 35
# kernels: amd64
#
# Nothing secret is in what qmap-report prints, wherever it may come from: kernel log, command
# lines, configuration, addresses. What a maintainer would ask for is there, with busybox, too.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/connect.sh"
. "$SRC/tests/lib/report.sh"

no_ipv6
SECRETS="004999010640000 001010000000001 89-00101 8d1e4c07 15550123456 my-name my-word 87654321 \
84.16.7.9 0x54100709 2a02:26f7 5e:77:01 5e:7701 fe5e:1"
cat > /dev/kmsg << 'LINES'
usb 1-1: SerialNumber: 004999010640000
wwan0: 004999010640000, imsi 001010000000001, ICCID: "89-00101-00000000 0001", +15550123456
wwan0: user=my-name password="my-word, long" PIN: 87654321; of modem 8d1e4c07
qmap_wwan: `0x54100709' invalid for parameter `bridge_ipv4'
LINES
echo "options qmap_wwan qmap_mode=2 bridge_ipv4=0x54100709" > /etc/modprobe.d/mine.conf
mkdir -p /etc/qmap-connect
cat > /etc/qmap-connect/wwan0.conf << 'LINES'
[modem]
pin = 87654321
[pdn 1]
apn=internet
user=my-name
pass = my-word
#pass=my-word, in former times
LINES
modem_start -d eg12 -n 1 -t
driver_load qmap_mode=2
wait_for_modem
ip link set wwan0.1 address 02:11:22:5e:77:01
connect_start --pin 87654321 1:internet,user=my-name,pass=my-word,auth=chap,ip=4
wait_for 30 says "^wwan0.1: internet"
sysctl -q net.ipv6.conf.wwan0/1.disable_ipv6=0
ip address add 84.16.7.9/32 dev wwan0.1
ip address add 2a02:26f7:1:2::5/64 dev wwan0.1 nodad
ip address add fe80::11:22ff:fe5e:7701/64 dev wwan0.1 nodad
ip address add fe80::11:22ff:fe5e:1/64 dev wwan0.1 nodad
ip route add 10.0.0.0/8 dev wwan0.1 src 84.16.7.9
cp "$(command -v dash)" /tmp/quectel-CM
/tmp/quectel-CM -c "sleep 1000; :" -s internet my-name my-word 2 -p 87654321 -p87654321 --pin=87654321 &

tells() { # the command...
	local text
	"$@" > /tmp/full || fail "exit status $?: $(head -n 5 /tmp/full)"
	cat /tmp/full
	for text in $SECRETS; do
		! grep -F -- "$text" /tmp/full || fail "$text is in the report"
	done
	for text in "v4-public-1/32" "src v4-public-1" "v6-public-1/64" "10.64.1.2/24" \
		"02:11:22:xx:xx:xx" "user=<blanked>" "qmap_mode=2" "auth=chap" "apn=internet" \
		"-s internet <blanked> <blanked> <blanked> -p <blanked>" \
		"uplink                         qmap       qmap" "packets of an uplink transfer  11         11" \
		"Revision: 'EM12" "qmi-proxy runs" ":1.4: ff/ff/ff, 3 endpoints, qmap_wwan, wwan0"; do
		grep -F -- "$text" /tmp/full > /dev/null || fail "'$text' is not in the report"
	done
}
step "with dash"
tells dash "$REPORT"

step "with busybox, and nothing else that Debian has"
mkdir /tmp/busybox
busybox --install -s /tmp/busybox
for program in ethtool qmicli; do
	ln -sf "$(command -v $program)" /tmp/busybox/
done
tells env PATH=/tmp/busybox /bin/busybox sh "$REPORT"
! grep -E "SERIAL_NUMBERS|ICCID|IMSI|MSISDN" "$MODEM_LOG" || fail "the modem was asked who it is"
connect_stop

step "a modem that does not answer"
qmodem ctl silence control on
start=$SECONDS
"$REPORT" -q > /tmp/full || fail "exit status $?"
grep "is not known: error: .*timed out" /tmp/full || fail "$(< /tmp/full)"
expect_within "seconds" 5 $((30 * ${SLOWNESS:-1})) $((SECONDS - start))
