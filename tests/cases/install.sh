# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# seconds: 60
# long: yes
# machine: chroot
# except: built
#
# The Makefile as users and build systems call it: what they want is built and installed, and
# nothing outside of where they want it. For kernels with header packages.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/recipe.sh"

HEADERS=$(readlink -f "/lib/modules/$RELEASE/build")
FILE=lib/modules/$RELEASE/updates/qmap-wwan.ko

files() {
	find /boot /etc /opt /srv /usr /lib/modules/ -type f ! -name 'modules.*' -printf '%p %s %T@\n' |
		sort -u
}

# Each makes a module, of objects that are there already if its compiler takes the same options.
fresh() {
	rm -rf /tmp/build/*.ko /tmp/stage
	mkdir /tmp/stage
}

# Some kernels have their modules packed, and before 6.2 it was another directory.
sed_alike='s/\.ko\..*/.ko/; s,/extra/,/updates/,'

# That, below /tmp/stage, and nothing else anywhere.
installed() { # files...
	files | diff /tmp/before - || fail "files outside of /tmp/stage"
	expect_eq "installed" "$(printf '%s\n' "$@" | sort)" \
		"$(cd /tmp/stage && find . -type f -printf '%P\n' | sed "/\/modules\./d; $sed_alike" | sort)"
}

mkdir /tmp/build
cp -r "$SRC"/{Makefile,Kbuild,*.[ch],qmap_wwan.conf,70-qmap-wwan.link,tools} /tmp/build/
cd /tmp/build
make -s -C tools/qmap-connect clean
files > /tmp/before

# The packages are there, and no kernel that could load a module.
follow() { # recipe
	follow_recipe "$1" "/^apt-get\|^rmmod\|^modprobe/d; s/depmod -a/& $RELEASE/"
}

mkdir /tmp/bin
printf '#!/bin/sh\necho %s\n' "$RELEASE" > /tmp/bin/uname
chmod +x /tmp/bin/uname
PATH=/tmp/bin:$PATH
follow install
expect_eq "what modprobe would load" "/$FILE" \
	"$(modinfo -k "$RELEASE" -n qmap_wwan | sed "$sed_alike")"
follow tools
follow gobinet-install
for program in qmap-connect qcqmid; do
	$program --version
done
follow uninstall
files | diff /tmp/before - || fail "files left behind"
PATH=${PATH#*:}

step "make install DESTDIR="
fresh
make -s KDIR="$HEADERS"
make -s KDIR="$HEADERS" DESTDIR=/tmp/stage install
installed "$FILE" etc/modprobe.d/qmap_wwan.conf
echo "# mine" > /tmp/stage/etc/modprobe.d/qmap_wwan.conf
make -s KDIR="$HEADERS" DESTDIR=/tmp/stage install
expect_eq "what the user has changed" "# mine" "$(< /tmp/stage/etc/modprobe.d/qmap_wwan.conf)"
make -s KDIR="$HEADERS" DESTDIR=/tmp/stage uninstall
installed

step "debhelper: dh_auto_build, dh_auto_install"
debhelpers="INSTALL=install --strip-program=true"
make -s -j2 "$debhelpers" prefix=/usr tools
make -s -j1 DESTDIR=/tmp/stage AM_UPDATE_INFO_DIR=no "$debhelpers" prefix=/usr \
	docdir=/usr/share/doc/qmap-wwan-tools install-tools 2> /tmp/warnings
installed usr/sbin/qmap-{connect,report} usr/share/man/man8/qmap-{connect,report}.8 \
	usr/lib/udev/rules.d/80-qmap-connect.rules usr/lib/systemd/system/qmap-connect@.service \
	usr/share/doc/qmap-wwan-tools/examples/{qmap-connect.conf,70-qmap-wwan.link}
rm -r /tmp/stage/*

step "make install-tools DESTDIR="
make -s DESTDIR=/tmp/stage install-tools
installed usr/local/sbin/qmap-{connect,report} usr/local/share/man/man8/qmap-{connect,report}.8 \
	usr/local/lib/udev/rules.d/80-qmap-connect.rules \
	usr/local/lib/systemd/system/qmap-connect@.service \
	usr/local/share/doc/qmap-wwan/examples/{qmap-connect.conf,70-qmap-wwan.link}
expect_eq "the unit starts" /usr/local/sbin/qmap-connect \
	"$(sed -n 's/^ExecStart=\([^ ]*\) .*/\1/p' /tmp/stage/usr/local/lib/systemd/system/qmap-connect@.service)"
make -s KDIR="$HEADERS" DESTDIR=/tmp/stage uninstall
installed

# As the tools of a cross compiler are given.
cross=$(gcc -dumpmachine)
tools="CC=$cross-gcc LD=$cross-ld AR=$cross-ar OBJCOPY=$cross-objcopy STRIP=$cross-strip"

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

step "dkms"
fresh
make -s -j2 "KERNELRELEASE=$RELEASE" -C "$HEADERS" M=/tmp/build
[ -s qmap-wwan.ko ] || fail "no qmap-wwan.ko"
make -s -C "$HEADERS" M=/tmp/build clean
expect_eq "left by clean" "" "$(find . -name '*.ko' -o -name 'qmap*.o')"
installed

step "what is missing is said in one line"
fresh
! make -s KDIR=/nonexistent 2> /tmp/said || fail "built without headers"
expect_eq "said" "No kernel headers in /nonexistent: install the package of them, or name another place by KDIR=" \
	"$(grep -v '^make' /tmp/said)"
for option in CONFIG_USB_USBNET CONFIG_USB_WDM; do
	sed -i.all "/$option/d" "$HEADERS/include/generated/autoconf.h"
	! make -s KDIR="$HEADERS" 2> /tmp/said || fail "built without $option"
	expect_eq "said" "#error \"this kernel lacks $option\"" \
		"$(grep -o '#error .*' /tmp/said | sort -u)"
	mv "$HEADERS/include/generated/autoconf.h"{.all,}
done

step "so is a compiler that is not the kernel's"
# The kernel's own Makefiles may warn, too.
said_of_compiler() { # compiler
	! make -s KDIR="$HEADERS" CC="$1" 2> /tmp/said || fail "built by $1"
	sed -n 's/.*Kbuild:[0-9]*: \*\*\* \(.*\)\.  Stop\.$/\1/p' /tmp/said
	! grep -v '^make\|Kbuild:\|^arch/' /tmp/said >&2 || fail "more than a line was said"
}
kernels=$(sed -n 's/^CONFIG_CC_VERSION_TEXT="\(.*\)"$/\1/p' "$HEADERS/.config")
for compiler in gcc-0 clang; do
	said=$(said_of_compiler $compiler)
	expect_eq "said" "This kernel was built by $kernels. $compiler is missing, or does not take its\
 options: name another compiler by CC=" "$said"
done
