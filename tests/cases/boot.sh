# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# seconds: 10
#
# The machine itself, and the module without a modem: it loads, refuses modes that do not
# exist, and unloads without a trace.
. "$SRC/tests/lib/case.sh"

step "the kernel is the one the module was built for"
expect_eq "release in vermagic" "$RELEASE" "$(modinfo -F vermagic "$KO" | cut -d ' ' -f 1)"
expect_eq "panic_on_warn" 1 "$(sysctl -n kernel.panic_on_warn)"

step "every mode loads"
modprobe vhci_hcd
for mode in 0 1 2 3 4 5 6 7 8; do
	driver_load qmap_mode=$mode
	[ -d $DRIVER ] || fail "no USB driver in sysfs"
	driver_unload
done

step "no other mode does, and the log says why"
for mode in 9 -1 4x ''; do
	! insmod "$KO" "qmap_mode=$mode" 2> /dev/null || fail "qmap_mode=$mode was taken"
done
klog_has "qmap_mode is 0, 1 or a number of links up to 8" || fail "no word about the modes"

step "nothing is left"
[ ! -e $DRIVER ] || fail "the USB driver is still registered"
expect_eq "modules" "" "$(lsmod | grep qmap || true)"
