# shellcheck shell=bash
# seconds: 55
# kernels: amd64
#
# qmap-connect: what it shows is what it does, message by message; the configuration file, what
# systemd and udev are told, DNS, metric and table of routes, namespaces.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/connect.sh"

TOOL=$SRC/tools/qmap-connect

# A line for each request: service, message, types of the TLVs.
shown() { # what qmap-connect has printed
	awk '
		/Sync: not sent/ { next }
		/^ *[0-9]+  [A-Z]+ 0x/ { print line; line = $2 " " $3; next }
		/^      0x/ { line = line " " substr($1, 3) }
		END { print line }' "$1" | normal
}

seen() { # trace of the modem
	awk '
		/ -> QMI / { print line; line = $4 " "; sub(/.*[(]/, ""); sub(/[)].*/, "")
			line = line $0; requests = 1; next }
		/ <- / { requests = 0 }
		requests && /^      [0-9a-f]+:/ { line = line " " substr($1, 1, 2) }
		END { print line }' "$1" | normal
}

# The order of TLVs in a message means nothing.
normal() {
	python3 -c '
import sys
for line in sys.stdin:
    words = line.split()
    if words:
        print(*words[:2], *sorted(words[2:]))'
}

step "a dry run touches nothing, and shows what is then sent"
modem_start -d rm520 -t
driver_load qmap_mode=4
wait_for_modem
pdns="1:internet,user=me,pass=secret,auth=chap 2:ims,profile=2,ip=6"
# shellcheck disable=SC2086 # words
/job/qmap-connect --dry-run $pdns > /tmp/dry
expect_eq "requests" 0 "$(modem_stat qmi_requests)"
expect_eq "tx_qmap_version" auto "$(< /sys/class/net/wwan0/tx_qmap_version)"
! grep -q secret /tmp/dry || fail "the password is shown"
# shellcheck disable=SC2086 # words
connect_start -v $pdns
wait_for 20 says "^wwan0.1: internet, "
wait_for 20 says "^wwan0.2: ims, 2001:db8:2::2/64"
connect_stop
nothing_is_left
seen "$MODEM_LOG" > /tmp/seen
shown "$CONNECT_LOG" > /tmp/shown
sort /tmp/seen > /tmp/seen.sorted	# the PDNs are dialled at once
sort /tmp/shown | diff /tmp/seen.sorted - || fail "what is shown is not what is sent"
head -n "$(grep -n 'WDS 0x0021' /tmp/shown | head -n 1 | cut -d: -f1)" /tmp/shown | head -n -1 |
	sort > /tmp/dialled
shown /tmp/dry | sort | diff /tmp/dialled - || fail "the dry run shows another flow"
grep "ip address add ADDRESS/24 dev wwan0.1" /tmp/dry > /dev/null || fail "$(< /tmp/dry)"
expect_eq "wwan0 is down again" 0 $(($(< /sys/class/net/wwan0/flags) & 1))

step "the example of a configuration; systemd is told"
socat -u UNIX-RECV:/tmp/notify CREATE:/tmp/notified &
wait_for 10 test -S /tmp/notify
NOTIFY_SOCKET=/tmp/notify connect_start -i wwan0 -c "$TOOL/example.conf"
is_ready() { grep -aq READY=1 /tmp/notified; }
wait_for 20 is_ready
says "^wwan0.1: internet" || fail "ready, but not connected"
connect_stop
grep -a STOPPING=1 /tmp/notified > /dev/null || fail "systemd is not told of the end"
printf '[pdn 1]\napn=internet\nwith=cream\n' > /tmp/wrong
connect_start -c /tmp/wrong
connect_ends 2
says "\[pdn 1\] with: not understood" || fail "$(< "$CONNECT_LOG")"

step "udev starts the unit for the modem's netdev"
mkdir -p /etc/udev/rules.d
cp "$TOOL/80-qmap-connect.rules" /etc/udev/rules.d/
udevadm test --action=add /sys/class/net/wwan0 > /tmp/udev 2>&1
grep "SYSTEMD_WANTS=qmap-connect@wwan0.service" /tmp/udev || fail "$(< /tmp/udev)"
udevadm test --action=add /sys/class/net/wwan0.1 > /tmp/udev 2>&1
! grep "SYSTEMD_WANTS=qmap-connect" /tmp/udev || fail "a link starts it, too"

step "DNS by resolvconf; routes with metric and table, or none"
mkdir /tmp/bin
cat > /tmp/bin/resolvconf << 'SCRIPT'
#!/bin/sh
{ echo "$*"; [ "$1" = -d ] || cat; } >> /tmp/resolvconf
SCRIPT
chmod +x /tmp/bin/resolvconf
PATH=/tmp/bin:$PATH connect_start 1:internet,ip=4,metric=5,table=42 2:ims,ip=4,route=no
wait_for 20 says "^wwan0.1: internet"
wait_for 20 says "^wwan0.2: ims"
default_routes 4
expect_eq "table 42" "default dev wwan0.1 scope link metric 5" "$(ip route show table 42 | xargs)"
connect_stop
nothing_is_left
expect_eq "table 42" "" "$(ip route show table 42 2> /dev/null)"
expect_eq "resolvconf of wwan0.1" "-a wwan0.1.qmap-connect nameserver 10.64.1.1 nameserver 10.64.1.3" \
	"$(grep -A 2 -e '-a wwan0.1' /tmp/resolvconf | xargs)"
expect_eq "and in the end" 2 "$(grep -c -e '-d wwan0.[12].qmap-connect' /tmp/resolvconf)"

step "DNS by systemd-resolved"
mkdir -p /run/systemd/resolve
printf '#!/bin/sh\necho "$*" >> /tmp/resolvectl\n' > /tmp/bin/resolvectl
chmod +x /tmp/bin/resolvectl
PATH=/tmp/bin:$PATH connect_start internet
wait_for 20 says "^wwan0.1: internet"
connect_stop
expect_eq "first" "dns wwan0.1 10.64.1.1 10.64.1.3" "$(head -n 1 /tmp/resolvectl)"
expect_eq "then" "dns wwan0.1 10.64.1.1 10.64.1.3 2001:db8:1::1 2001:db8:1::3" \
	"$(sed -n 2p /tmp/resolvectl)"
expect_eq "in the end" "revert wwan0.1" "$(tail -n 1 /tmp/resolvectl)"
rm -r /run/systemd/resolve

step "in a namespace; and once more after SIGKILL"
ip netns add blue
connect_start 1:internet 2:ims,netns=blue
wait_for 20 says "^wwan0.2: ims.* in namespace blue"
ip netns exec blue ping -q -c 1 -W 30 10.64.2.1 > /dev/null
ip netns exec blue ping -q -c 1 -W 30 2001:db8:2::1 > /dev/null
kill -KILL "$connect_pid"
connect_ends 137
connect_start 1:internet 2:ims,netns=blue
wait_for 20 says "^wwan0.2: ims.* in namespace blue"
ip netns exec blue ping -q -c 1 -W 30 10.64.2.1 > /dev/null
connect_stop
nothing_is_left
[ -e /sys/class/net/wwan0.2 ] || fail "wwan0.2 has not come back"

step "a network without IPv6 is asked once; one that refuses, after growing pauses"
qmodem ctl refuse 1 6 50
qmodem ctl refuse 2 4 33
connect_start --once internet
wait_for 20 says "^wwan0.1: IPv6 not over this network: start: ipv4 only allowed \(3gpp 50\)"
wait_for 20 says "^wwan0.1: internet, 10.64.1.2/24, MTU 1500"
connect_stop
expect_eq "refusals" 1 "$(modem_stat qmi_refusals)"
connect_start 2:ims,ip=4
refused_again() { [ "$(modem_stat qmi_refusals)" -ge 4 ]; }
wait_for 20 refused_again
expect_eq "lines" 1 "$(grep -c "option unsubscribed (3gpp 33)" $CONNECT_LOG)"
sleep 2
expect_eq "refusals: at once, after 1 s, 2 s, 4 s" 4 "$(modem_stat qmi_refusals)"
qmodem ctl refuse 2 4 0
wait_for 10 says "^wwan0.2: ims, 10.64.2.2/24"
connect_stop
nothing_is_left
modem_stop
driver_unload

step "Ethernet on USB, and a netdev that was left with it"
modem_start -d uc20
driver_load
wait_for_modem
connect_start internet
wait_for 20 says "^wwan0: internet, 10.64.1.2/24"
answers 1
expect_eq "route" "default via 10.64.1.1 metric 701" "$(ip route show default dev wwan0 | xargs)"
connect_stop
modem_stop
driver_unload
modem_start -d ec25
driver_load
wait_for_modem
echo N > /sys/class/net/wwan0/qmi/raw_ip
connect_start internet
wait_for 20 says "^wwan0: internet, 10.64.1.2/24"
answers 1
connect_stop
modem_stop
driver_unload

step "links of mode 0 in a namespace"
modem_start -d ec25
driver_load
wait_for_modem
ip link set wwan0 up
ping -q -i 0.005 -I wwan0 ff02::2 > /dev/null 2>&1 &	# the modem takes IP until it has agreed on QMAP
sender=$!
connect_start --netns blue 1:internet 2:ims
wait_for 20 says "^qmimux1: ims.* in namespace blue"
ip netns exec blue ping -q -c 1 -W 30 10.64.2.1 > /dev/null
connect_stop
nothing_is_left
modem_is_content
kill $sender
connect_start --netns blue internet
wait_for 20 says "wwan0 is the modem itself: no --netns in this qmap_mode"
connect_stop
modem_stop
driver_unload

step "two modems, one qmap-connect for each"
modem_start -d ec25 -n 2
qmodem -d rm520 -n 2 --networks-from=5 -c /tmp/modem2 > /tmp/modem2.log 2>&1 &
wait_for 10 file_says "^ready$" /tmp/modem2.log
driver_load qmap_mode=2
wait_for_modem
wait_for 10 link_exists wwan1.2
/job/qmap-connect -i wwan1 internet > /tmp/second 2>&1 &
second=$!
connect_start -i wwan0 internet
wait_for 20 says "^wwan0.1: internet, 10.64"
wait_for 20 file_says "^wwan1.1: internet, 10.64" /tmp/second
expect_eq "metrics" "701 711" \
	"$(ip route show default | sed -n 's/.*metric \([0-9]*\).*/\1/p' | sort -n | xargs)"
networks=$(ip -o -4 address show | grep -o '10\.64\.[0-9]*' | sort)
expect_eq "networks" "10.64.1 10.64.5" "$(xargs <<< "$networks")"
kill "$second"
wait "$second"
expect_eq "clients in the second" 0 "$(qmodem ctl -c /tmp/modem2 stats | sed -n 's/^qmi_clients //p')"
connect_stop
nothing_is_left
qmodem ctl -c /tmp/modem2 quit
