# shellcheck shell=bash
# seconds: 11
#
# The MTU of a link limits what is sent, never what is received.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

bring_up ec25 qmap_mode=2 qmap 1

step "datagrams longer than the link's MTU arrive"
ip link set wwan0.1 mtu 1280
in_pdn 1 socat -u UDP-RECVFROM:9,fork STDOUT > /dev/null &
# other processors' roots have no user for it
tcpdump -Z root -n -c 2 -i wwan0.1 udp port 9 > /tmp/arrived 2> /tmp/tcpdump &
capture=$!
wait_for 10 file_says listening /tmp/tcpdump
qmodem ctl send udp:1:1500
qmodem ctl send udp:1:1400
wait $capture
grep -q 'length 1472$' /tmp/arrived || fail "$(< /tmp/arrived)"
grep -q 'length 1372$' /tmp/arrived || fail "$(< /tmp/arrived)"

step "packets that are sent are not longer"
tcpdump -Z root -n -v -c 3 -i wwan0.1 icmp and src 10.64.1.2 > /tmp/sent 2> /tmp/tcpdump &
capture=$!
wait_for 10 file_says listening /tmp/tcpdump
! ping -c 1 -W 1 -M 'do' -s 1253 10.64.1.1 > /tmp/ping 2>&1 || fail "1281 bytes went through an MTU of 1280"
grep -qi "message too long" /tmp/ping || fail "$(< /tmp/ping)"
ping -q -c 1 -W 30 -M 'do' -s 1252 10.64.1.1 > /dev/null
ping -q -c 1 -W 30 -s 1300 10.64.1.1 > /dev/null
wait $capture
expect_eq "lengths" "1280 1276 72" "$(sed -n 's/.*proto ICMP.* length \([0-9]*\))$/\1/p' /tmp/sent | xargs)"

step "an MTU beyond the uplink buffer is refused"
! ip link set wwan0.1 mtu 32768 2> /tmp/error || fail "MTU 32768 was accepted"
ip link set wwan0.1 mtu 9000
