# shellcheck shell=bash
# settings: ROUNDS=3
# seconds: 10 + 5 * ROUNDS
#
# All that a user can do to links, with traffic both ways over two PDNs. They cannot be made
# or deleted by "ip link".
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

QMI=/sys/class/net/wwan0/qmi

link_of() { # pdn
	echo "qmimux$(($1 - 1))"
}

# A new link has no address, and one that was moved has lost it.
set_up() { # pdns...
	local pdn
	for pdn; do
		ip -batch - <<- EOT
			link set $(link_of "$pdn") up
			address replace 10.64.$pdn.2/24 dev $(link_of "$pdn")
		EOT
	done
}

# Without IPv6, which would send in a format that was not agreed on.
move_to_namespace() { # netdev
	ip netns add other
	ip netns exec other sysctl -q net.ipv6.conf.default.disable_ipv6=1
	ip link set "$1" netns other
	ip -n other link set "$1" up
}

add_link() { # pdn
	echo $((0x80 + $1)) > $QMI/add_mux
}

delete_link() { # pdn
	echo $((0x80 + $1)) > $QMI/del_mux
}

no_ipv6
modem_start -d rm520
driver_load
wait_for_modem
ip link set wwan0 up mtu 31744
qmodem ctl format qmapv5 32768
tell_version qmapv5
for n in 1 2; do
	add_link $n
	qmodem ctl call $n $((0x80 + n)) 4
done
set_up 1 2
start_load 1 2
go_on qmimux0 qmimux1

step "the modem's netdev goes down and up"
for ((i = 0; i < ROUNDS; i++)); do
	ip link set wwan0 down
	ip link set wwan0 up
done
go_on qmimux0 qmimux1

step "a link goes down and up"
for ((i = 0; i < ROUNDS; i++)); do
	ip link set qmimux0 down
	ip link set qmimux0 up
done
go_on qmimux0 qmimux1

step "a link is removed and made again"
for ((i = 0; i < ROUNDS; i++)); do
	delete_link 2
	add_link 2
	set_up 2
done
go_on qmimux0 qmimux1

step "a link is in another namespace"
for ((i = 0; i < ROUNDS; i++)); do
	move_to_namespace qmimux0
	ip -n other address add 10.64.1.2/24 dev qmimux0
	ip netns exec other ping -q -c 1 -W 30 10.64.1.1 > /dev/null ||
		fail "no ping from the namespace"
	ip -n other link set qmimux0 netns 1
	ip netns delete other
	set_up 1
done
go_on qmimux0 qmimux1

step "a namespace is destroyed, with a link in it"
for ((i = 0; i < ROUNDS; i++)); do
	move_to_namespace qmimux0
	ip netns delete other
	wait_for 10 link_exists qmimux0
	set_up 1
done
go_on qmimux0 qmimux1

step "a namespace is destroyed, with the modem's netdev in it"
for ((i = 0; i < ROUNDS; i++)); do
	move_to_namespace wwan0
	ip netns delete other
	wait_for 10 link_exists wwan0
	ip link set wwan0 up
done
go_on qmimux0 qmimux1

step "all of that at once"
repeat() { # command...
	local k
	for ((k = 0; k < 4 * ROUNDS; k++)); do
		"$@" || true
	done 2> /dev/null
}
modem_down_up() {
	ip link set wwan0 down
	ip link set wwan0 up
}
link_down_up() {
	ip link set qmimux0 down
	set_up 1
}
remove_and_add() {
	delete_link 2
	add_link 2
	set_up 2
}
repeat modem_down_up & jobs=($!)
repeat link_down_up & jobs+=($!)
repeat remove_and_add & jobs+=($!)
wait "${jobs[@]}"
set_up 1 2
go_on qmimux0 qmimux1

# On a slow machine a ping beside the load waits for minutes behind it.
step "traffic afterwards, and nothing is left"
kill %?load.py
wait %?load.py || true
wait_for 10 answers 1
wait_for 10 answers 2
modem_is_content
start_load 1 2
go_on qmimux0 qmimux1
move_to_namespace qmimux0
kill %?load.py
qmodem ctl unplug
nothing_left
expect_eq "links" "" "$(find /sys/class/net -name 'qmimux*')"
expect_eq "links in the namespace" "lo" "$(ip netns exec other ls /sys/class/net)"
