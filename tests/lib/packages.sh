# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Debian's packages and DKMS; for cases that have sourced case.sh.

# Not "dpkg -x": the directories of some lie where this release has a link into /usr.
unpack() { # package of /job/debs
	dpkg-deb --fsys-tarfile "/job/debs/$1"_*.deb | tar -C / -x --keep-directory-symlink
}

# With a database of its own: to read the host's takes half a minute in a guest.
# shellcheck disable=SC2034 # the cases use it
DPKG=(dpkg --admindir=/run/dpkg --force-depends --force-not-root)

new_database() {
	mkdir -p /run/dpkg/{info,updates}
	touch /run/dpkg/{status,available}
}

module_of() { # kernel
	find "/lib/modules/$1/" -name 'qmap-wwan.ko*'
}

# The module that other cases load, built anew.
expect_same_module() { # file
	local field
	for field in vermagic srcversion version; do
		expect_eq "$field" "$(modinfo -F "$field" "$KO")" "$(modinfo -F "$field" "$1")"
	done
}

# shellcheck disable=SC2154 # the case sets version
status() { # the kernels that it is installed for
	dkms status qmap_wwan | sed -n "s,^qmap_wwan/$version\, \(.*\)\, x86_64: installed\$,\1,p" | sort | xargs
}

# Symlinks: its files cannot be written. Nobody has built anything for it.
place_kernel() { # directory of modules, name
	cp -rs "$1" "/lib/modules/$2"
	rm -rf "/lib/modules/$2/updates"
}

# What a kernel's own installation runs.
kernel_is_installed() { # name
	/etc/kernel/postinst.d/dkms "$1" "/boot/vmlinuz-$1" > /tmp/hook 2>&1 ||
		{ cat /tmp/hook; fail "the installation of the kernel $1"; }
}

kernel_is_skipped() { # name
	kernel_is_installed "$1"
	expect_eq "built for $1" "" "$(module_of "$1")"
	rm -r "/lib/modules/$1"
}

# One that is too old, and one without usbnet.
kernels_are_skipped() {
	step "kernels that it is not for"
	place_kernel "/lib/modules/$RELEASE" 4.18.0-1
	kernel_is_skipped 4.18.0-1
	mkdir /tmp/headers /lib/modules/6.12.0-1
	cp -rs "$(readlink -f "/lib/modules/$RELEASE/build")/." /tmp/headers/
	sed -i /CONFIG_USB_USBNET=/d /tmp/headers/.config
	ln -s /tmp/headers /lib/modules/6.12.0-1/build
	kernel_is_skipped 6.12.0-1
}
