# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# seconds: 40
# kernels: 6.12
# except: arm64 mips
# debs: systemd-resolved openresolv
#
# The network's DNS servers by qmap-connect: names are asked of them by systemd-resolved, and by
# what resolvconf writes; in the end of nobody any more.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/connect.sh"
. "$SRC/tests/lib/systemd.sh"
. "$SRC/tests/lib/packages.sh"

start_server() { # pdn
	in_pdn "$1" dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --user=root \
		--pid-file="/tmp/dns.$1" --address="/where.example/192.0.2.$1"
	wait_for 20 listens "$1" u 53
}

resolves() { # what where.example must be; command that prints it...
	[ "$("${@:2}" 2> /dev/null)" = "$1" ]
}

resolved() {
	in_systemd resolvectl query --legend=no -4 --cache=no where.example | sed 's/.*: \([^ ]*\) .*/\1/'
}

libc() {
	in_systemd getent ahostsv4 where.example | awk '{ print $1; exit }'
}

expect_no_server() { # command that prints those there are...
	! "$@" | grep '10\.64\.\|2001:db8' || fail "servers are left"
}

step "systemd-resolved"
unpack systemd-resolved
systemd-sysusers
ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
start_systemd
in_systemd systemctl start systemd-resolved
sed -i 's/^hosts:.*/hosts: files dns/' /etc/nsswitch.conf
driver_load qmap_mode=2
modem_start -d rm520
wait_for_modem
start_server 1
connect_start internet
wait_for 20 says "^wwan0.1: internet"
wait_for 60 resolves 192.0.2.1 resolved
wait_for 20 resolves 192.0.2.1 libc
in_systemd resolvectl status wwan0.1

step "nobody's in the end; those of another PDN"
connect_stop
expect_no_server in_systemd resolvectl dns
nothing_is_left
start_server 2
connect_start 2:ims
wait_for 20 says "^wwan0.2: ims"
wait_for 60 resolves 192.0.2.2 resolved
connect_stop
expect_no_server in_systemd resolvectl dns
in_systemd systemctl stop systemd-resolved
rm -r /usr/bin/resolvectl /run/systemd/resolve /etc/resolv.conf

step "resolvconf"
unpack openresolv
connect_start internet
wait_for 60 resolves 192.0.2.1 libc
grep nameserver /etc/resolv.conf
connect_stop
expect_no_server cat /etc/resolv.conf
nothing_is_left
