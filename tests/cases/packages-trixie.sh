# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# seconds: 60
# machine: chroot
# kernels: 7.3
# debs: dkms/trixie
#
# The driver's package under the DKMS of the next release of Debian, which knows other directives
# and takes another way at a kernel's installation: built, skipped where it is not for, removed.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/packages.sh"

export DEBIAN_FRONTEND=noninteractive

unpack dkms
dkms --version | grep -v '^dkms-3\.0' || fail "the old one"

step "installed"
dpkg -i /job/packages/qmap-wwan-dkms_*.deb
version=$(dpkg-query -W -f '${Version}' qmap-wwan-dkms)
expect_eq "installed for" "$RELEASE" "$(status)"
expect_same_module "$(module_of "$RELEASE")"

kernels_are_skipped

step "removed"
dpkg -P qmap-wwan-dkms
expect_eq "modules" "" "$(module_of "$RELEASE")"
expect_eq "dkms status" "" "$(dkms status)"
