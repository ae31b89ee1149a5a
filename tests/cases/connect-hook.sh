# shellcheck shell=bash
# seconds: 90
# kernels: amd64
#
# qmap-connect --hook: a program is told what each PDN has, when that changes and when it ends. With
# address=no the program is the one that sets the addresses, in mode 0, too. One that takes its time
# holds up the call, but not for ever, and no client is left in the modem.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/connect.sh"

TOLD=/tmp/told
: > $TOLD
LOGS+=("$TOLD")

# A line each time, in the end: its argument, and what it was told. It fails for PDN 2.
cat > /tmp/hook << 'SCRIPT'
#!/bin/sh
if [ "$QMAP_PDN" = 1 ]; then
	ip address flush dev "$QMAP_LINK" scope global
	for address in $QMAP_IPV4_ADDRESS $QMAP_IPV6_ADDRESS; do
		case $address in
		*:*) ip address add "$address" dev "$QMAP_LINK" nodad ;;
		*) ip address add "$address" dev "$QMAP_LINK" ;;
		esac
	done
fi
echo "$1 $QMAP_MODEM $QMAP_PDN $QMAP_APN $QMAP_LINK mtu $QMAP_MTU v4 $QMAP_IPV4_ADDRESS $QMAP_IPV4_DNS" \
	"v6 $QMAP_IPV6_ADDRESS $QMAP_IPV6_DNS gateway $QMAP_IPV4_GATEWAY other $QMAP_NETNS" >> /tmp/told
[ "$QMAP_PDN" != 2 ] || exit 3
SCRIPT
chmod +x /tmp/hook

told() { # PDN, number of its line or "last"
	local line=${2:-last}
	grep -E "^(up|down) wwan0 $1 " $TOLD | sed -n "${line/last/\$}p" | tr -s ' '
}

was_told() { # PDN, extended regular expression
	told "$1" | grep -E "$2" > /dev/null
}

V4="v4 10.64.1.2/24 10.64.1.1 10.64.1.3"
V6="v6 2001:db8:1::2/64 2001:db8:1::1 2001:db8:1::3"

# With address=no the kernel would take what the modem advertises, which comes when it comes.
sysctl -qw net.ipv6.conf.default.accept_ra=0

step "mode 0: the hook sets the addresses"
modem_start -d ec25 --mtu=1430
driver_load
wait_for_modem
ip link set wwan0 up
QMAP_NETNS=stale connect_start --hook /tmp/hook internet,address=no
wait_for 20 was_told 1 "v6 2001"
expect_eq "IPv4 first" "up wwan0 1 internet wwan0 mtu 1430 $V4 v6 gateway other " "$(told 1 1)"
expect_eq "then IPv6 too" "up wwan0 1 internet wwan0 mtu 1430 $V4 $V6 gateway other " "$(told 1 2)"
pings 1
connect_stop
expect_eq "in the end" "down wwan0 1 internet wwan0 mtu v4 v6 gateway other " "$(told 1)"
nothing_is_left
modem_stop
driver_unload

step "mode 2: for PDN 2 the hook fails, which is said, and qmap-connect sets the addresses"
: > $TOLD
modem_start -d rm520
driver_load qmap_mode=2
wait_for_modem
ip link set wwan0.1 up
printf '[modem]\nhook=/tmp/hook\n[pdn 1]\napn=internet\naddress=no\nmtu=1300\n[pdn 2]\napn=ims\n' > /tmp/conf
connect_start -c /tmp/conf
wait_for 20 was_told 1 "$V4 $V6"
wait_for 20 was_told 2 "v4 10.64.2.2/24 .* v6 2001:db8:2::2/64"
wait_for 5 says "^wwan0.2: /tmp/hook up: .* code 3"
pings 1
pings 2
expect_eq "MTU" 1300 "$(< /sys/class/net/wwan0.1/mtu)"
expect_eq "link_state" 0x3 "$(< /sys/class/net/wwan0/link_state)"

step "one family ends: the link keeps its carrier; the next call has another address"
qmodem ctl refuse 1 6 33
qmodem ctl drop 1
wait_for 10 was_told 1 "up .* v4 10.64.1.2/24 .* v6 gateway"
pings_v4() { ping -q -c 1 -W 5 10.64.1.1 > /dev/null; }
wait_for 10 pings_v4
qmodem ctl renumber 1 9
qmodem ctl refuse 1 6 0
qmodem ctl drop 1
wait_for 20 was_told 1 "v4 10.64.1.9/24 .* v6 2001:db8:1:9::2/64"
expect_eq "address" 10.64.1.9 "$(ipv4_address wwan0.1)"

step "unplugged"
qmodem ctl unplug
wait_for 10 was_told 1 "^down"
wait_for 10 was_told 2 "^down"
lines=$(wc -l < $TOLD)
connect_stop
expect_eq "the end is told once" "$lines" "$(wc -l < $TOLD)"
qmodem ctl plug
modem_stop
driver_unload

step "Ethernet on USB: there is a gateway"
: > $TOLD
modem_start -d uc20
driver_load
wait_for_modem
ip link set wwan0 up
connect_start --hook /tmp/hook internet,ip=4,address=no
wait_for 20 was_told 1 "$V4 v6 gateway 10.64.1.1 other"
answers 1
connect_stop

step "a hook that hangs is killed, and one that takes its time is not the modem's fault"
cat > /tmp/hook << 'SCRIPT'
#!/bin/sh
[ "$1" != up ] || exec sleep 1000
exec sleep 17
SCRIPT
connect_start --hook /tmp/hook internet,ip=4
wait_for 80 says "^wwan0: internet, 10.64.1.2"
says "^wwan0: /tmp/hook up: .* signal 9" || fail "nothing said of the hook"
answers 1
connect_stop
nothing_is_left

step "a resolvconf that takes its time is not, either"
cat > /usr/sbin/resolvconf << 'SCRIPT'
#!/bin/sh
[ "$1" != -d ] || exec sleep 17
SCRIPT
chmod +x /usr/sbin/resolvconf
connect_start internet,ip=4
wait_for 20 answers 1
connect_stop
nothing_is_left
