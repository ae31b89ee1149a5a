# shellcheck shell=bash
# seconds: 50
# kernels: amd64
#
# qmap-connect: one command dials all PDNs, in each mode and both versions of QMAP. When it is
# told to end nothing is left: no client in the modem, no address, no route.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/connect.sh"
. "$SRC/tests/lib/recipe.sh"

# What README.md has them say.
mapfile -t commands < <(recipe connect | sed 's/ *#.*//; s/^qmap-connect //')
FOUR="1:internet 2:ims 3:pdn3 4:pdn4"

# Links that qmap-connect has made in mode 0 go with it.
all_four() { # product, qmap_mode, QMAP version, links...
	local n product=$1 mode=$2 version=$3
	shift 3
	step "$product, qmap_mode=$mode: four PDNs, both families"
	modem_start -d "$product"
	driver_load "qmap_mode=$mode"
	wait_for_modem
	# shellcheck disable=SC2086 # words
	connect_start $FOUR
	for n in 1 2 3 4; do
		wait_for 30 says "${!n}: .*10.64.$n.2/24, 2001:db8:$n::2/64, MTU 1500, DNS 10.64.$n.1 "
		pings $n
	done
	expect_eq "protocol of the uplink" "$version" "$(counter tx_qmap_version)"
	expect_eq "tx_aggr_max_frames" 11 "$(< /sys/class/net/wwan0/tx_aggr_max_frames)"
	expect_eq "MTU of $1" 1500 "$(< "/sys/class/net/$1/mtu")"
	default_routes 4 701 702 703 704
	default_routes 6 701 702 703 704
	[ "$mode" = 0 ] || expect_eq "link_state" 0xf "$(< /sys/class/net/wwan0/link_state)"
	connect_stop
	nothing_is_left
	modem_stop
	driver_unload
}

one() { # product, qmap_mode
	local start took before
	step "$1, qmap_mode=$2: one PDN, one word"
	modem_start -d "$1" --mtu=1430
	driver_load "qmap_mode=$2"
	wait_for_modem
	# shellcheck disable=SC2086 # words
	connect_start ${commands[0]}
	read_waited
	start=$(date +%s%3N) before=$waited
	until ping -q -c 1 -W 1 10.64.1.1 > /dev/null 2>&1; do
		sleep 0.05
	done
	took=$(($(date +%s%3N) - start))
	echo "first answer to a ping after $took ms"
	sleep 3 # until it is known for how long the machine did not run
	read_waited
	expect_within "milliseconds" 0 \
		$((3000 * ${SLOWNESS:-1} + 1000 * (waited - before))) "$took"
	wait_for 30 says "wwan0: internet, 10.64.1.2/24, 2001:db8:1::2/64, MTU 1430, DNS "
	pings 1
	expect_eq "MTU" 1430 "$(< /sys/class/net/wwan0/mtu)"
	qmi --nas-get-home-network > /tmp/home
	grep "QMAP test" /tmp/home || fail "no qmicli beside it: $(< /tmp/home)"
	qmodem ctl mtu 1400
	wait_for 10 says "wwan0: internet, 10.64.1.2/24, 2001:db8:1::2/64, MTU 1400, DNS "
	expect_eq "MTU, when the network has changed it" 1400 "$(< /sys/class/net/wwan0/mtu)"
	pings 1
	connect_stop
	nothing_is_left
	modem_stop
	driver_unload
}

one ec25 0
one rm520 1
all_four ec25 4 1 wwan0.1 wwan0.2 wwan0.3 wwan0.4
all_four rm520 4 5 wwan0.1 wwan0.2 wwan0.3 wwan0.4
all_four rm520 0 5 qmimux0 qmimux1 qmimux2 qmimux3

step "some PDNs, some families"
modem_start -d ec25
driver_load qmap_mode=4
wait_for_modem
# shellcheck disable=SC2086 # words
connect_start ${commands[1]}
wait_for 30 says "wwan0.1: internet, 10.64.1.2/24, 2001:db8:1::2/64, "
wait_for 30 says "wwan0.2: ims, 2001:db8:2::2/64, "
connect_stop
nothing_is_left

step "told to end at any moment"
for delay in 0.2 0.3 0.4 0.5 0.7; do
	# shellcheck disable=SC2086 # words
	connect_start $FOUR
	sleep $delay
	status=0
	kill "$connect_pid"
	wait "$connect_pid" || status=$?
	# 143: it was killed before it had begun
	[ "$status" = 0 ] || [ "$status" = 143 ] || fail "exit status $status"
	nothing_is_left
done

is_at() { # system call, which time
	[ -e /tmp/trace ] && [ "$(grep -c "^$1" /tmp/trace)" -ge "$2" ]
}

# It is told while this system call takes its time, so that it hears of it before all else.
told_at() { # system call, which time, options of strace...
	local connect_by=(strace -o /tmp/trace -e "trace=$1"
		-e "inject=$1:delay_exit=3000000:when=$2" "${@:3}")
	rm -f /tmp/trace
	connect_start internet
	wait_for 20 is_at "$1" "$2"
	sleep 1
	pkill -x qmap-connect
	connect_ends 0
	expect_eq "clients in the modem" 0 "$(modem_stat qmi_clients)"
}

step "told to end between the proxy's answer and what libqmi does with it"
told_at recvfrom 1

step "told to end before the clients of an earlier run are there"
connect_start internet
wait_for 20 says "^wwan0.1: internet"
kill -KILL "$connect_pid"
connect_ends 137
told_at openat 2 -P /var/run/qmap-connect/wwan0.clients
