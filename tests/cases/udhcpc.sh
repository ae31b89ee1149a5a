# shellcheck shell=bash
# seconds: 16
#
# An unmodified DHCP client gets its address from the modem.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

write_lease_script /tmp/lease

lease() { # mode, link, pdn
	step "qmap_mode=$1: $2"
	modem_start -d ec25
	driver_load "qmap_mode=$1"
	wait_for_modem
	agree qmap
	connect "$3" "$2"
	ip address flush dev "$2"
	busybox udhcpc -f -n -q -t 5 -s /tmp/lease -i "$2"
	expect_eq "leased address" "10.64.$3.2" \
		"$(ipv4_address "$2")"
	ping -q -c 2 -i 0.2 -W 30 "10.64.$3.1"
	modem_stop
	driver_unload
}

lease 1 wwan0 1
lease 4 wwan0.2 2
