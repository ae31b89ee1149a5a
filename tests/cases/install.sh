# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# seconds: 60
# machine: chroot
# except: uml uml-fast debug
#
# The Makefile as users and build systems call it: what they want is built and installed, and
# nothing outside of where they want it. For kernels with header packages.
. "$SRC/tests/lib/case.sh"

HEADERS=$(readlink -f "/lib/modules/$RELEASE/build")
FILE=lib/modules/$RELEASE/updates/qmap-wwan.ko

files() {
	find /boot /etc /opt /srv /usr /lib/modules/ -type f -printf '%p %s %T@\n' | sort -u
}

# Each begins with the sources alone.
fresh() {
	rm -rf /tmp/build /tmp/stage
	mkdir -p /tmp/build /tmp/stage
	cp -r "$SRC"/{Makefile,Kbuild,*.[ch],qmap_wwan.conf} /tmp/build/
	cd /tmp/build
	files > /tmp/before
}

# That, below /tmp/stage, and nothing else anywhere. Some kernels have their modules packed, and
# before 6.2 it was another directory.
installed() { # files...
	files | diff /tmp/before - || fail "files outside of /tmp/stage"
	expect_eq "installed" "$(printf '%s\n' "$@" | sort)" \
		"$(cd /tmp/stage && find . -type f -printf '%P\n' | sed '/\/modules\./d; s/\.ko\..*/.ko/; s,/extra/,/updates/,' |
			sort)"
}

step "make install DESTDIR="
fresh
make -s KDIR="$HEADERS"
make -s KDIR="$HEADERS" DESTDIR=/tmp/stage install
installed "$FILE" etc/modprobe.d/qmap_wwan.conf
echo "# mine" > /tmp/stage/etc/modprobe.d/qmap_wwan.conf
make -s KDIR="$HEADERS" DESTDIR=/tmp/stage install
expect_eq "what the user has changed" "# mine" "$(cat /tmp/stage/etc/modprobe.d/qmap_wwan.conf)"
make -s KDIR="$HEADERS" DESTDIR=/tmp/stage uninstall
installed

# The tools by their names, as a cross compiler's would be given.
tools="CC=gcc LD=ld AR=ar OBJCOPY=objcopy STRIP=strip"

step "Yocto: module.bbclass"
fresh
# shellcheck disable=SC2086 # words
make -s KERNEL_SRC="$HEADERS" KERNEL_PATH="$HEADERS" KERNEL_VERSION="$RELEASE" $tools O="$HEADERS" \
	KBUILD_EXTRA_SYMBOLS=
# shellcheck disable=SC2086 # words
make -s KERNEL_SRC="$HEADERS" DEPMOD=echo MODLIB="/tmp/stage/lib/modules/$RELEASE" \
	INSTALL_FW_PATH=/tmp/stage/lib/firmware $tools O="$HEADERS" modules_install
installed "$FILE"

step "Buildroot: pkg-kernel-module.mk"
fresh
for target in modules modules_install; do
	# shellcheck disable=SC2086 # words
	make -s -C "$HEADERS" $tools INSTALL_MOD_PATH=/tmp/stage DEPMOD=/bin/true \
		PWD=/tmp/build M=/tmp/build $target
done
installed "$FILE"

step "nixpkgs, akms: kbuild itself"
fresh
make -s -C "/lib/modules/$RELEASE/build" M=/tmp/build modules
make -s -C "/lib/modules/$RELEASE/build" M=/tmp/build INSTALL_MOD_PATH=/tmp/stage modules_install
installed "$FILE"

step "what is missing is said in one line"
fresh
! make -s KDIR=/nonexistent 2> /tmp/said || fail "built without headers"
expect_eq "said" "No kernel headers in /nonexistent: install the package of them, or name another place by KDIR=" \
	"$(grep -v '^make' /tmp/said)"
for option in CONFIG_USB_USBNET CONFIG_USB_WDM; do
	fresh
	sed -i.all "/$option/d" "$HEADERS/include/generated/autoconf.h"
	! make -s KDIR="$HEADERS" 2> /tmp/said || fail "built without $option"
	expect_eq "said" "#error \"this kernel lacks $option\"" \
		"$(grep -o '#error .*' /tmp/said | sort -u)"
	mv "$HEADERS/include/generated/autoconf.h"{.all,}
done
