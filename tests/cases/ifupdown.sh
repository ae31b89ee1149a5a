# shellcheck shell=bash
# seconds: 60
# kernels: amd64
# except: built
#
# ifupdown over calls of qmap-connect, by the recipe of README.md: with isc-dhcp-client and with
# udhcpc. A call that drops, an unplug; after ifdown nothing is left.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/connect.sh"
. "$SRC/tests/lib/systemd.sh"
. "$SRC/tests/lib/recipe.sh"

has_addresses() {
	[ "$(ipv4_address wwan0.1)" = 10.64.1.2 ] &&
		[ -n "$(ip -6 address show dev wwan0.1 scope global -tentative)" ]
}

is_online() { # metric
	wait_for 30 has_addresses
	default_routes 4 "$@"
	expect_eq "MTU" 1430 "$(< /sys/class/net/wwan0.1/mtu)"
	expect_eq "DNS servers" "10.64.1.1 10.64.1.3" \
		"$(awk '$1 == "nameserver" { print $2 }' /etc/resolv.conf | xargs)"
	pings 1
}

has_no_addresses() {
	[ -z "$(ip -o address show dev wwan0.1 scope global)" ]
}

is_configured() {
	in_systemd ifquery --state wwan0.1 > /dev/null
}

step "a modem and systemd"
install_connect
start_qmi_proxy
start_systemd
driver_load qmap_mode=4
modem_start -d ec25 --mtu=1430
wait_for_modem

follow_recipe dial
follow_recipe ifupdown
is_online 701

step "the call drops"
qmodem ctl drop 1
wait_for 20 answers 1
is_online 701

step "unplugged and plugged in"
replug
wait_for 30 systemd_knows wwan0.1
is_online 701

step "ifdown"
in_systemd systemctl stop ifup@wwan0.1
expect_eq "wwan0.1 is up" 0 $(($(< /sys/class/net/wwan0.1/flags) & 1))
expect_eq "DHCP clients" "" "$(pgrep -l dhclient || true)"
nothing_is_left

step "udhcpc, which knows no metric, and for which ifdown does not wait"
rm /sbin/dhclient
in_systemd systemctl start ifup@wwan0.1
is_online
wait_for 10 is_configured
in_systemd systemctl stop ifup@wwan0.1
wait_for 10 has_no_addresses
nothing_is_left
