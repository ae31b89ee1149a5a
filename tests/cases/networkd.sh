# shellcheck shell=bash
# seconds: 60
# kernels: amd64
# except: built
#
# systemd-networkd over calls of qmap-connect, by the recipes of README.md: DHCP, router
# advertisements, a fixed address. Calls that drop, a network without IPv6, an unplug, the end;
# qmap_mode=4 and 1.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/connect.sh"
. "$SRC/tests/lib/systemd.sh"
. "$SRC/tests/lib/recipe.sh"

# What others are told, as systemd-resolved of DNS servers.
told() { # key
	sed -n "s/^$1=//p" "/run/systemd/netif/links/$(< "/sys/class/net/$link/ifindex")"
} 2> /dev/null

is_configured() {
	[ "$(told ADMIN_STATE) $(told OPER_STATE)" = "configured routable" ]
}

is_left_alone() { # netdev
	[ "$(in_systemd networkctl --no-legend list "$1" | awk '{ print $5 }')" = unmanaged ]
}

has_routes() { # families...
	local family
	for family; do
		[ -n "$(ip "-$family" route show default)" ] || return
		[ -n "$(ip "-$family" address show dev "$link" scope global -tentative)" ] || return
	done
}

is_offline() {
	[ -z "$(ip -o address show dev "$link" scope global)" ]
}

is_online() { # DNS servers
	wait_for 20 is_configured
	wait_for 20 has_routes 4 6
	expect_eq "address" 10.64.1.2 "$(ipv4_address "$link")"
	expect_eq "MTU" 1430 "$(< "/sys/class/net/$link/mtu")"
	expect_eq "DNS servers" "$1" "$(told DNS)"
	default_routes 4 701
	default_routes 6 701
	pings 1
}

has_new_lease() {
	[ "$(modem_stat dhcp_answers)" -gt "$leases" ]
}

# Whatever ends, networkd asks for an address anew: the next call may have another one.
drop() { # family, or none for both
	leases=$(modem_stat dhcp_answers)
	qmodem ctl drop 1 "$@"
	wait_for 20 has_new_lease
}

# Where links have a carrier before anything was dialled, networkd asks for an address before
# the modem has agreed on QMAP.
forgive_early_packets() {
	expect_violations not_ip 0 8
}

step "a modem and systemd"
install_connect
start_qmi_proxy
start_systemd
driver_load qmap_mode=4
modem_start -d ec25 --mtu=1430
wait_for_modem

link=wwan0.1
follow_recipe dial
follow_recipe networkd
is_online "10.64.1.1 10.64.1.3"
in_systemd networkctl list
in_systemd networkctl status $link
expect_eq "client identifier" "01$(tr -d : < /sys/class/net/$link/address)" \
	"$(sed -n 's/^CLIENTID=//p' /run/systemd/netif/leases/*)"
wait_for 30 is_left_alone wwan0	# "pending" while udev is at it

step "calls drop"
drop
is_online "10.64.1.1 10.64.1.3"
drop 4
is_online "10.64.1.1 10.64.1.3"

step "a network without IPv6"
qmodem ctl refuse 1 6 50
drop
wait_for 20 has_routes 4
default_routes 4 701
default_routes 6
answers 1
qmodem ctl refuse 1 6 0

step "unplugged and plugged in"
replug
is_online "10.64.1.1 10.64.1.3"
forgive_early_packets

step "the end of the call"
in_systemd systemctl stop qmap-connect@wwan0
wait_for 10 is_offline
nothing_is_left

step "a boot without a call waits for the other links, and there must be one"
wait_online="in_systemd /lib/systemd/systemd-networkd-wait-online"
printf '[Match]\nName=lan\n[Network]\nAddress=192.0.2.1/24\nIPv6AcceptRA=no\n' \
	> /etc/systemd/network/lan.network
ip link add lan type dummy
in_systemd systemctl restart systemd-networkd
$wait_online --timeout=20
ip link del lan
! $wait_online --timeout=1 || fail "nobody waits for a link that is required by nobody"

follow_recipe networkd-static
leases=$(modem_stat dhcp_answers)
in_systemd systemctl start qmap-connect@wwan0
is_online 10.64.1.1
expect_eq "DHCP answers" "$leases" "$(modem_stat dhcp_answers)"
in_systemd systemctl stop qmap-connect@wwan0
driver_unload
wait_for 60 systemd_forgets wwan0

step "qmap_mode=1"
driver_load qmap_mode=1
wait_for_modem
wait_for 30 systemd_knows wwan0
link=wwan0
follow_recipe dial
follow_recipe networkd s/wwan0.1/wwan0/
is_online "10.64.1.1 10.64.1.3"
in_systemd systemctl stop qmap-connect@wwan0
wait_for 10 is_offline
nothing_is_left
expect_eq "wwan0 is up" 1 $(($(< /sys/class/net/wwan0/flags) & 1))
