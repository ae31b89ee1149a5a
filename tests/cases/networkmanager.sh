# shellcheck shell=bash
# seconds: 80
# kernels: amd64
# except: built
#
# NetworkManager and ModemManager as Debian ships them, by the recipes of README.md, on a machine
# where both run and have seen the modem already. A call that drops, an unplug, the end.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/connect.sh"
. "$SRC/tests/lib/systemd.sh"
. "$SRC/tests/lib/modemmanager.sh"
. "$SRC/tests/lib/recipe.sh"

CHANGES=/tmp/changes	# of states, as they come
LOGS+=("$CHANGES")

has_connected() { # how often
	[ "$(grep -cx 'cdc-wdm0: connected' "$CHANGES")" = "$1" ]
}

is_online() { # times that it has connected
	wait_for 60 has_connected "$1"
	expect_eq "address" 10.64.1.2 "$(ipv4_address wwan0)"
	expect_eq "MTU" 1430 "$(< /sys/class/net/wwan0/mtu)"
	expect_eq "DNS servers" "10.64.1.1 10.64.1.3 2001:db8:1::1 2001:db8:1::3" \
		"$(awk '$1 == "nameserver" { print $2 }' /etc/resolv.conf | xargs)"
	default_routes 4 700
	default_routes 6 700
	pings 1
}

step "a modem, ModemManager and NetworkManager"
install_modules vhci_hcd tun usbnet cdc_wdm qmi_wwan option
mkdir -p /etc/systemd/system/ModemManager.service.d	# it would not start in a container
printf '[Unit]\nConditionVirtualization=\n' > /etc/systemd/system/ModemManager.service.d/here.conf
start_qmi_proxy
start_systemd
modem_start -d ec25 --mtu=1430
wait_for_modem
wait_for_udev
in_systemd systemctl start ModemManager NetworkManager
in_systemd nmcli monitor > "$CHANGES" &
wait_for 10 test -s "$CHANGES"

follow_recipe driver-name
follow_recipe networkmanager
is_online 1
in_systemd nmcli device show cdc-wdm0

step "the call drops"
qmodem ctl drop 1
is_online 2

step "unplugged and plugged in"
qmodem ctl unplug
wait_for 10 modem_is_gone
modemmanager_pid=$(pgrep -x ModemManager)
shows_up qmodem ctl plug
is_online 3

step "the end"
in_systemd nmcli connection down internet
default_routes 4
default_routes 6
expect_eq "addresses" "" "$(ip -o address show dev wwan0)"
is_silent 1 || fail "PDN 1 answers after its call has ended"
