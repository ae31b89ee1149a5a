# shellcheck shell=bash
# seconds: 25
# except: uml debug mips 6.12-arm64-64k
#
# A program still uses a link that is removed, and meanwhile the modem is unplugged. Removal
# waits for the program, and the rest of the network waits for neither. This takes
# userfaultfd(2), which the kernels built by tests/kernels/build do not have.
. "$SRC/tests/lib/case.sh"

QMI=/sys/class/net/wwan0/qmi

hold() { # link
	ip link set "$1" up
	python3 "$SRC/tests/programs/hold.py" "$1" > /tmp/held &
	holder=$!
	wait_for 20 file_says "^held$" /tmp/held
	sleep 0.5	# the program enters the system call
}

network_is_usable() {
	timeout 5 ip link set lo mtu $((60000 + RANDOM % 5000)) ||
		fail "rtnetlink does not answer"
}

let_go() {
	kill -KILL $holder
	wait $holder || true
}

# The QMI channel disappears after the netdevs, for which the kernel looks from time to
# time.
modem_is_let_go() {
	let_go
	wait_for 10 test ! -e "$QMI_DEVICE"
	nothing_left
}

unplug_while_held() {
	qmodem ctl unplug
	for _ in 1 2 3; do
		sleep 1
		network_is_usable
	done
	modem_is_let_go
}

# After so long the kernel complains of a netdev that is held. 5.10 has ten seconds.
sysctl -qew net.core.netdev_unregister_timeout_secs=120
no_ipv6
modem_start -d ec25
driver_load qmap_mode=0
wait_for_modem
ip link set wwan0 up

step "a link is deleted"
echo 1 > $QMI/add_mux
hold qmimux0
echo 1 > $QMI/del_mux &
writer=$!
wait_for 5 test ! -e /sys/class/net/qmimux0
network_is_usable
kill -0 $writer || fail "del_mux does not wait for the program that uses the link"

step "meanwhile the modem is unplugged"
unplug_while_held
wait $writer

step "the modem is unplugged while a program uses a link"
qmodem ctl plug
wait_for_modem
ip link set wwan0 up
echo 1 > $QMI/add_mux
hold qmimux0
unplug_while_held
