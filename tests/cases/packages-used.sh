# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# seconds: 60
# kernels: 6.12
# except: arm64 mips
#
# Debian's package of the tools in a system with systemd: installed, it makes a data call when the
# modem appears; removed, it hangs up and is gone. The package of the driver: see packages.sh.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/connect.sh"
. "$SRC/tests/lib/systemd.sh"
. "$SRC/tests/lib/packages.sh"

package() { # option and package
	in_systemd "${DPKG[@]}" "$@"
}

unit_is() { # state
	[ "$(in_systemd systemctl show --property=ActiveState --value qmap-connect@wwan0)" = "$1" ]
}

files() {
	find /etc /usr/sbin /usr/lib/systemd /usr/lib/udev /usr/share/man/man8 -name '*qmap*'
}

step "installed"
start_systemd
rm -f /usr/sbin/policy-rc.d	# a container's: it would not let the unit be stopped
new_database
package -i /job/packages/qmap-wwan-tools_*.deb
cp /usr/share/doc/qmap-wwan-tools/examples/qmap-connect.conf /etc/qmap-connect/wwan0.conf
in_systemd systemctl daemon-reload
in_systemd udevadm control --reload

step "used"
driver_load qmap_mode=1
modem_start -d rm520
wait_for 60 unit_is active
expect_eq "program" /usr/sbin/qmap-connect "$(readlink "/proc/$(pgrep -x qmap-connect)/exe")"
pings 1
default_routes 4 701
/usr/sbin/qmap-report -q || fail "qmap-report names a fault"

step "removed"
package -r qmap-wwan-tools
nothing_is_left
expect_eq "programs" "" "$(pgrep -x qmap-connect || true)"
package -P qmap-wwan-tools
expect_eq "files" "" "$(files)"
