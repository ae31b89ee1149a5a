# shellcheck shell=bash
# seconds: 50
# except: mips
#
# Which version of QMAP the uplink uses: the product's, or the one that user space has set,
# whatever the downlink uses. In qmap_mode 0 the driver is not told, and uses both in turn
# until the modem has sent something. The modem drops uplink frames of another version than
# was agreed on.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

version=/sys/class/net/wwan0/tx_qmap_version

no_ipv6

speaks() { # what is set, what is spoken
	expect_eq "tx_qmap_version, set and spoken" "$1 $2" \
		"$(< $version) $(counter tx_qmap_version)"
}

pings_lost() { # pdn, pings
	local received
	received=$({ ping -q -c "$2" -i 0.2 -W 4 "10.64.$1.1" || true; } |
		sed -n 's/.* \([0-9]*\) received.*/\1/p')
	echo $(($2 - received))
}

both_ways_at_once() { # pdn
	iperf3 -c "10.64.$1.1" -n 1M -R > /tmp/down & local receiver=$!
	iperf3 -p 5202 -c "10.64.$1.1" -n 1M > /tmp/up
	wait $receiver
	expect_eq "pings lost" 0 "$(pings_lost "$1" 3)"
	modem_is_content
}

# The very first packet, before the driver was told anything.
first_packet() { # product, protocol, version
	step "$1, qmap_mode=1: the version of the product from the first packet on"
	modem_start -d "$1" -n 1
	driver_load qmap_mode=1
	wait_for_modem
	speaks auto "$3"
	agree "$2"
	connect 1 wwan0
	expect_eq "pings lost" 0 "$(pings_lost 1 1)"
	speaks auto "$3"
	expect_eq "frames" 1 "$(modem_stat uplink_frames)"
	modem_is_content
}

first_packet ec25 qmap 1
modem_stop
driver_unload
first_packet rm520 qmapv5 5

step "it follows the downlink if it is not set"
qmodem ctl format qmap/qmapv5
expect_eq "pings lost" 1 "$(pings_lost 1 1)"
expect_violations v5_unexpected 1 1
echo 1 > $version
speaks 1 1
expect_eq "pings lost" 0 "$(pings_lost 1 3)"
start_iperf 1
in_pdn 1 iperf3 -s -p 5202 -D > /dev/null
wait_for 20 listens 1 t 5202
both_ways_at_once 1

step "what was set stays while the netdev is down"
ip link set wwan0 down
speaks 1 1
ip link set wwan0 up
ip route replace 10.64.1.1 dev wwan0
both_ways_at_once 1

step "QMAPv5 up, QMAPv1 down"
qmodem ctl format qmapv5/qmap
echo 5 > $version
both_ways_at_once 1
speaks 5 5
echo auto > $version
speaks auto 1
qmodem ctl format qmap
both_ways_at_once 1

step "values that it refuses"
for value in 0 4 9 v5 '' 'auto 5' 1x; do
	! echo "$value" 2> /dev/null > $version || fail "'$value' was accepted"
	speaks auto 1
done

step "0x89F2 sets the version that 0x89F3 returns"
told() { qmioctl wwan0 links | sed -n 's/^qmap_version //p'; }
expect_eq "0x89F3" 9 "$(told)"
qmioctl wwan0 format ul_max_datagrams=11 ul_max_size=8192
speaks 5 5
qmodem ctl format qmapv5/qmap
both_ways_at_once 1
speaks 5 5
echo 1 > $version
expect_eq "0x89F3" 5 "$(told)"
qmioctl wwan0 format ul_max_datagrams=11 ul_max_size=8192
speaks 1 1
qmodem ctl format qmap/qmapv5
both_ways_at_once 1
speaks 1 1
driver_unload

replug() {
	qmodem ctl unplug
	qmodem ctl plug
	driver_load
	wait_for_modem
}

# Also the packets before any answer: half of them get through.
nobody_tells() { # protocol, version, violation of the other one, pings that may be lost
	step "qmap_mode=0, $1 agreed on"
	replug
	echo 0x81 > /sys/class/net/wwan0/qmi/add_mux
	qmodem ctl format "$1" 32768
	connect 1 qmimux0
	expect_within "pings lost" 0 "$4" "$(pings_lost 1 5)"
	expect_violations "$3" 0 "$4"
	speaks auto "$2"
	both_ways_at_once 1

	step "undecided again"
	ip link set wwan0 down
	ip link set wwan0 up
	ip route replace 10.64.1.1 dev qmimux0
	qmodem ctl reset-stats
	qmodem ctl silence in on
	ping -q -c 10 -i 0.02 -W 0.2 10.64.1.1 > /dev/null || true
	expect_eq "frames" 5 "$(modem_stat uplink_frames)"
	expect_violations "$3" 5 5
	expect_eq "transfers" 10 "$(modem_stat uplink_transfers)"
	qmodem ctl silence in off
	wait_for 5 answers 1
	both_ways_at_once 1
	speaks auto "$2"
	driver_unload
}

nobody_tells qmapv5 5 v5_missing 0
nobody_tells qmap 1 v5_unexpected 1

step "qmap_mode=0, set by user space"
replug
echo 0x81 > /sys/class/net/wwan0/qmi/add_mux
echo 1 > $version
agree_and_answer() { # protocol
	qmodem ctl format "$1" 32768
	connect 1 qmimux0
	expect_eq "pings lost" 0 "$(pings_lost 1 1)"
	both_ways_at_once 1
}
agree_and_answer qmap/qmapv5
modem_stop
driver_unload

step "a modem without QMAP"
modem_start -d uc20 -n 1
driver_load
wait_for_modem
! echo 1 2> /tmp/error > $version || fail "it was accepted"
grep -q "not supported" /tmp/error || fail "$(< /tmp/error)"
