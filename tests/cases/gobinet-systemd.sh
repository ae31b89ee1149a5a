# shellcheck shell=bash
# seconds: 35
# kernels: amd64
# except: built
#
# qcqmid as "make install" puts it into a system with systemd, by the recipe of README.md.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/gobinet.sh"
. "$SRC/tests/lib/systemd.sh"
. "$SRC/tests/lib/recipe.sh"

mkdir -p /etc/udhcpc
write_lease_script /etc/udhcpc/default.script

node_is() { # owner, group and mode
	[ "$(stat -c '%U %G %a' /dev/qcqmi0 2> /dev/null)" = "$1" ]
}

step "installed, as a user does it"
install_modules vhci_hcd tun usbnet cdc_wdm cuse
make -s -C "$SRC/tools/qcqmid" -o all -o /job/qcqmid install O=/job
start_systemd
driver_load
modem_start -d ec25
wait_for_modem
wait_for_udev

follow_recipe gobinet
wait_for 10 link_exists usb0.4
wait_for 60 node_is "root dialout 660"

step "a program dials"
client_start 2 /job
wait_for 40 client_is_connected 2
expect_eq "address" 10.64.2.2 "$(ipv4_address usb0.2)"
answers 2

step "killed, and started again by systemd"
in_systemd systemctl kill --signal=KILL qcqmid
expect_exit_status "the program" 1 "${clients[2]}"
wait_for 60 node_is "root dialout 660"
wait_for 10 modem_has_clients 0
client_start 2 /job
wait_for 40 client_is_connected 2
client_stop 2

step "plugged in again, with a .link file: the netdev has another name, links and device do not"
install_link_file usb0
qmodem ctl unplug
wait_for 20 test ! -e /dev/qcqmi0
qmodem ctl plug
wait_for 30 link_exists lte0
wait_for 60 node_is "root dialout 660"
expect_eq "links" "usb0.1 usb0.2 usb0.3 usb0.4" \
	"$(find /sys/class/net/lte0/ -name 'upper_*' -printf '%f\n' | sed s/upper_// | sort | xargs)"
client_start 2 /job
wait_for 40 client_is_connected 2
client_stop 2

step "stopped"
in_systemd systemctl stop qcqmid
expect_eq "devices" "" "$(find /dev -name 'qcqmi*')"
expect_eq "clients in the modem" 0 "$(modem_stat qmi_clients)"
