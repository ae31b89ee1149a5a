# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# seconds: 400
# kernels: 6.1
# except: armhf mipsel
#
# Debian's package of the driver on the machine that uses it: DKMS builds it for the running
# kernel, the package's modprobe.d has it loaded before qmi_wwan, a call goes over it, and it is
# gone with the package. All else about the package: see packages.sh.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/packages.sh"

build=$(readlink -f "/lib/modules/$RELEASE/build")
install_modules vhci_hcd tun usbnet cdc_wdm qmi_wwan
ln -s "$build" "/lib/modules/$RELEASE/build"
rm "/lib/modules/$RELEASE/qmap-wwan.ko" /etc/modprobe.d/qmap_wwan.conf

step "installed"
new_database
"${DPKG[@]}" -i /job/packages/qmap-wwan-dkms_*.deb
built=$(module_of "$RELEASE")
expect_eq "what modprobe would load" "$built" "$(modinfo -n qmap_wwan)"

step "used"
modprobe qmi_wwan
expect_eq "loaded" "$(modinfo -F srcversion "$built")" "$(< /sys/module/qmap_wwan/srcversion)"
modem_start -d rm520
wait_for_modem
agree none
connect 1 wwan0
answers 1

step "removed"
modprobe -r qmi_wwan qmap_wwan
"${DPKG[@]}" -P qmap-wwan-dkms
expect_eq "modules" "" "$(module_of "$RELEASE")"
! modprobe qmap_wwan 2> /tmp/error || fail "modprobe finds it"
expect_eq "files" "" "$(find /etc /usr/src /var/lib/dkms -name '*qmap*')"
