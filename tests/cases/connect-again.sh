# shellcheck shell=bash
# seconds: 45 + 3 * ROUNDS + 4 * PLUGS + KILLS
# kernels: amd64
# settings: ROUNDS=3 PLUGS=2 KILLS=8
#
# qmap-connect stays online: calls that the network ends, a modem that is unplugged or restarts,
# a driver or proxy that goes and comes, a network or a card that refuses. It says why, and
# leaves nothing behind.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/connect.sh"

ONLINE="wwan0.1: internet, 10.64.1.2/24, 2001:db8:1::2/64"

forget_log() {
	: > "$CONNECT_LOG"
}

# A line for each PDN is said again when all is well again.
is_online_again() {
	wait_for 10 says "$ONLINE"
	pings 1
}

# Three for the modem (NAS, UIM, WDA), and one for each call.
has_clients() { # PDNs
	[ "$(modem_stat qmi_clients)" = $((3 + 2 * $1)) ]
}

expect_clients() { # PDNs
	expect_eq "clients in the modem" $((3 + 2 * $1)) "$(modem_stat qmi_clients)"
}

is_offline() {
	[ -z "$(ip -o address show dev wwan0.1)" ]
}

step "two PDNs, before there is a modem"
connect_start 1:internet 2:ims
wait_for 10 says "no modem of qmap_wwan, waiting for it"
modem_start -d ec25
driver_load qmap_mode=4
is_online_again

step "a second qmap-connect on the same modem"
wait_for 10 says "wwan0.2: ims"
expect_clients 2
status=0
/job/qmap-connect -i wwan0 pdn3 > /tmp/second 2>&1 || status=$?
expect_eq "exit status of the second" 4 $status
expect_eq "what it says" "qmap-connect: another qmap-connect has wwan0" "$(< /tmp/second)"
/job/qmap-connect --status | python3 -c '
import json, sys
status = json.load(sys.stdin)
assert status["state"] == "ready" and status["network"] == "registered", status
calls = [call for pdn in status["pdns"] for call in pdn["calls"]]
assert [call["address"] for call in calls][:2] == ["10.64.1.2/24", "2001:db8:1::2/64"], calls
assert all(call["state"] == "up" for call in calls), calls'

step "the network ends calls $ROUNDS times"
for ((round = 0; round < ROUNDS; round++)); do
	forget_log
	qmodem ctl drop 1
	is_online_again
	says "wwan0.1: IPv4 ended by the network: regular deactivation \(3gpp 36\)" ||
		fail "no reason: $(< $CONNECT_LOG)"
	expect_clients 2
done

step "unplugged and plugged in $PLUGS times"
for ((round = 0; round < PLUGS; round++)); do
	forget_log
	qmodem ctl unplug
	wait_for 10 modem_is_gone
	qmodem ctl plug
	is_online_again
	wait_for 10 says "wwan0.2: ims"
	expect_clients 2
done

step "the driver is reloaded"
forget_log
driver_unload
wait_for 10 says "gone"
driver_load qmap_mode=4
is_online_again
wait_for 10 says "wwan0.2: ims"
expect_clients 2

step "the proxy is killed, and libqmi starts another; it is killed and started again"
forget_log
pkill -KILL -x qmi-proxy
is_online_again
forget_log
pkill -KILL -x qmi-proxy
wait_for 10 says "gone"
start_qmi_proxy
is_online_again
wait_for 10 says "wwan0.2: ims"
expect_clients 2

step "the modem ends all clients and does not leave the bus: seen while packets are sent"
forget_log
ping -i 0.5 10.64.1.1 > /dev/null &
pinger=$!
qmodem ctl revoke
wait_for 15 says "wwan0: the modem has restarted"
is_online_again
wait_for 10 says "wwan0.2: ims"
expect_clients 2
kill "$pinger"

step "killed, and started again"
kill -KILL "$connect_pid"
connect_ends 137
expect_clients 2
connect_start 1:internet 2:ims
is_online_again
wait_for 10 says "wwan0.2: ims"
expect_clients 2

step "killed $KILLS times while it dials"
kill -KILL "$connect_pid"
connect_ends 137
for ((round = 1; round <= KILLS; round++)); do
	connect_start 1:internet 2:ims
	sleep "$((round / 10)).$((round % 10))"
	kill -KILL "$connect_pid"
	connect_ends 137
done
connect_start 1:internet 2:ims
is_online_again
wait_for 10 says "wwan0.2: ims"
expect_clients 2

step "registration denied"
forget_log
qmodem ctl registration denied
wait_for 10 says "wwan0: registration denied by the network"
wait_for 10 is_offline
qmodem ctl registration home
is_online_again

step "roaming, which is not allowed"
forget_log
qmodem ctl registration roaming
wait_for 10 says "wwan0: roaming, which --roaming would allow"
wait_for 10 is_offline
wait_for 10 has_clients 0
connect_stop
nothing_is_left

step "roaming, which is allowed"
connect_start --roaming internet
is_online_again
connect_stop
nothing_is_left
qmodem ctl registration home

step "an APN that the network does not know, once and again"
connect_start --once 1:nowhere,ip=4
connect_ends 1
says "IPv4 not connected: start: unknown apn \(3gpp 27\)" || fail "$(< $CONNECT_LOG)"
connect_start 1:nowhere,ip=4 2:ims
wait_for 10 says "wwan0.2: ims, 10.64.2.2/24, 2001:db8:2::2/64"
connect_stop
nothing_is_left

step "a card with a PIN: none given, a wrong one, the right one"
qmodem ctl card 1234
connect_start internet
connect_ends 5
says "the card wants a PIN" || fail "$(< $CONNECT_LOG)"
connect_start --pin 1243 internet
connect_ends 5
says "the PIN is wrong, 2 attempts are left" || fail "$(< $CONNECT_LOG)"
connect_start --pin 1234 internet
is_online_again
connect_stop

step "no card, and then there is one"
qmodem ctl card absent
connect_start internet
wait_for 10 says "no SIM card"
qmodem ctl card ready
is_online_again
connect_stop
nothing_is_left
