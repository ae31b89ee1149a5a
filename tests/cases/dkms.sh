# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# seconds: 40
# machine: chroot
# except: built
#
# DKMS by the recipe of README.md: add, build, install; and remove.
# It is for kernels with header packages.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/recipe.sh"
. "$SRC/tests/lib/packages.sh"

# shellcheck source=dkms.conf
. "$SRC/dkms.conf"

name=$PACKAGE_NAME/$PACKAGE_VERSION
installed=/lib/modules/$RELEASE${DEST_MODULE_LOCATION[0]}/${BUILT_MODULE_NAME[0]}.ko

files() {
	find /lib/modules/ /usr/src /var/lib/dkms -not -name 'mok.*' -not -name 'modules.*' | sort
}

files > /tmp/before

cd "$SRC"
follow_recipe dkms "s,dkms install [^ ]*,& -k $RELEASE,"
expect_eq "dkms status" "$name, $RELEASE, x86_64: installed" "$(dkms status "$name")"
cmp qmap_wwan.conf /etc/modprobe.d/qmap_wwan.conf
expect_eq "what modprobe would load" "$installed" "$(modinfo -k "$RELEASE" -n qmap_wwan)"
expect_same_module "$installed"
modprobe -S "$RELEASE" --show-depends qmap_wwan | grep /cdc-wdm.ko > /dev/null

step "remove"
dkms remove "$name" --all
rm -r "/usr/src/$PACKAGE_NAME-$PACKAGE_VERSION" # dkms leaves it to its owner
files | diff /tmp/before - || fail "files left behind"
