# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# seconds: 70
# long: yes
# machine: chroot
# kernels: 6.12
# beside: 6.1
#
# Debian's packages from installation to purge: the module is built for the kernels that there
# are and for one that comes later, others are skipped, what the user has changed is kept, and
# nothing is left.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/recipe.sh"
. "$SRC/tests/lib/packages.sh"

export DEBIAN_FRONTEND=noninteractive
CONF=/etc/modprobe.d/qmap_wwan.conf
OTHER=$(ls /beside)

files() {
	find /etc /lib/modules/ /usr /var/lib/dkms \( -type f -o -type l -o -type d \) |
		grep -vE '/(mok|modules)\.[^/]*$|/beside|man/cat|ld.so.cache' | sort
}

# What apt would install with it is there.
packages() { # deb, dsc...
	find /job/packages -name "qmap-wwan[-_]*.$1"
}

files > /tmp/before

step "what is in them"
dpkg-source --no-check -x "$(packages dsc)" /tmp/source > /dev/null
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' /tmp/source/dkms.conf)
if command -v lintian > /dev/null; then
	lintian --allow-root --fail-on error,warning "$(packages changes)"
fi

# What they and their build want is there, and tests/run has built them by the same command.
cd /tmp/source
cp /job/packages/*.deb /tmp
follow_recipe packages "/^apt-get/d; s/^dpkg-buildpackage -us -uc && //"
dpkg -i /tmp/qmap-wwan-qcqmid_*.deb
expect_eq "installed for" "$RELEASE" "$(status)"
expect_eq "what modprobe would load" "$(module_of "$RELEASE")" "$(modinfo -k "$RELEASE" -n qmap_wwan)"
expect_same_module "$(module_of "$RELEASE")"
for program in qmap-connect qcqmid; do
	$program --version | grep "$version"
done

step "a new kernel beside it"
place_kernel "/beside/$OTHER/usr/lib/modules/$OTHER" "$OTHER"
kernel_is_installed "$OTHER"
expect_eq "installed for" "$OTHER $RELEASE" "$(status)"

kernels_are_skipped

step "upgraded, with a changed modprobe.d"
echo "# mine" >> $CONF
cd /tmp/source
sed -i "s/^\(qmap-wwan (\)$version/\1$version+1/" debian/changelog
sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"$version+1\"/" dkms.conf
sed -i "s/^MODULE_VERSION.*/MODULE_VERSION(\"$version+1\");/" qmap_wwan.c
dpkg-buildpackage -us -uc -A > /tmp/build.log 2>&1 || { tail -n 20 /tmp/build.log; fail "no package"; }
version=$version+1
dpkg -i "/tmp/qmap-wwan-dkms_${version}_all.deb"
expect_eq "installed for" "$OTHER $RELEASE" "$(status)"
expect_eq "version" "$version" "$(modinfo -k "$RELEASE" -F version qmap_wwan)"
expect_eq "what the user has changed" "# mine" "$(tail -n 1 $CONF)"

step "removed"
mkdir -p /etc/qmap-connect
cp /usr/share/doc/qmap-wwan-tools/examples/qmap-connect.conf /etc/qmap-connect/wwan0.conf
dpkg -r qmap-wwan-dkms qmap-wwan-tools qmap-wwan-qcqmid
expect_eq "modules" "" "$(module_of "$RELEASE")$(module_of "$OTHER")"
expect_eq "what the user has changed" "# mine" "$(tail -n 1 $CONF)"
[ -e /etc/qmap-connect/wwan0.conf ] || fail "the configuration of qmap-connect is gone"

step "purged"
dpkg -P qmap-wwan-dkms qmap-wwan-tools qmap-wwan-qcqmid
rm -r "/lib/modules/$OTHER"
files | diff /tmp/before - || fail "files left behind"
