# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# seconds: 60
# long: yes
# machine: chroot
# kernels: 6.12
# except: built
#
# The recipes of packaging/ give what they should: each is evaluated with what its build system would
# give it, and the files it installs are compared. The module is built by those that build it in
# their own way; install.sh does it as the others do. On OpenWrt's files kmodloader's order is replayed.
# shellcheck disable=SC2016 # dollars stay as they are
. "$SRC/tests/lib/case.sh"

STUBS=$SRC/tests/packaging
HEADERS=$(readlink -f "/lib/modules/$RELEASE/build")
VERSION=$(sed -n 's/^MODULE_VERSION("\(.*\)");$/\1/p' "$SRC/qmap_wwan.c")
export CFLAGS=-O0

# Sources only, as a clone has them.
TREE=/tmp/qmap_wwan-$VERSION
cp -r "$SRC" "$TREE"
make -s -C "$TREE/tools/qmap-connect" clean

files_of() { # directory
	(cd "$1" && find . ! -type d -printf '%P\n' | sort)
}

expect_files() { # directory; lines on stdin
	sort | diff - <(files_of "$1") || fail "other files in $1"
}

tools_in() { # directory of programs
	printf '%s\n' "$1"/qmap-{connect,report} usr/share/man/man8/qmap-{connect,report}.8 \
		usr/lib/udev/rules.d/80-qmap-connect.rules usr/share/doc/qmap-wwan/examples/qmap-connect.conf
}

runs() { # program
	expect_eq "$1" "qmap-connect $VERSION" "$("$1" --version)"
}

# --- OpenWrt

openwrt() { # package, target
	make -s -j2 -C "$TREE/packaging/openwrt/$1" TOPDIR="$STUBS/openwrt" OUT=/tmp/openwrt \
		LINUX_DIR="$HEADERS" LINUX_VERSION="$RELEASE" "$2"
}

# As kmodloader does: files in the order of their names; what a file with a number names is loaded at
# once with all that it depends on, the rest in the end, in the order of the modules' names.
declare -A wanted=() loaded=()

depends() { # module
	modinfo -k "$RELEASE" -F depends "${file[$1]-$1}" | tr ',' ' '
}

want() { # module
	local one
	wanted[$1]=yes
	for one in $(depends "$1"); do
		[ -n "${wanted[$one]-}" ] || want "$one"
	done
}

can_load() { # module
	local one
	for one in $(depends "$1"); do
		[ -n "${loaded[$one]-}" ] || return
	done
}

load_wanted() {
	local module before=-1
	while [ ${#loaded[@]} != "$before" ]; do
		before=${#loaded[@]}
		for module in $(printf '%s\n' "${!wanted[@]}" | sort); do
			if [ -z "${loaded[$module]-}" ] && can_load "$module"; then
				loaded[$module]=yes
				echo "$module ${parameters[$module]-}"
			fi
		done
	done
}

kmodloader() { # directory
	local name module rest
	declare -A parameters file=([qmap-wwan]=/tmp/openwrt/root/lib/modules/$RELEASE/qmap-wwan.ko)
	for name in $(find "$1" -type f -printf '%f\n' | LC_ALL=C sort); do
		while read -r module rest; do
			want "$module"
			parameters[$module]=$rest
			[[ $name != [0-9]* ]] || load_wanted
		done < "$1/$name"
	done
	load_wanted
}

step "OpenWrt: kmod-qmap-wwan"
openwrt qmap-wwan show > /tmp/shown
diff - /tmp/shown << END || fail "kmod-qmap-wwan says something else"
package kmod-qmap-wwan
version $VERSION-1
title Quectel modems by QMI and QMAP
depends @USB_SUPPORT +kmod-usb-net +kmod-usb-wdm
conffiles /etc/modules.d/81-qmap-wwan
license GPL-2.0-only COPYING
described
END
openwrt qmap-wwan install
expect_files /tmp/openwrt/root << END
lib/modules/$RELEASE/qmap-wwan.ko
etc/modules.d/81-qmap-wwan
END
expect_eq "modules.d" "qmap-wwan qmap_mode=4 link_separator=_" "$(cat /tmp/openwrt/root/etc/modules.d/*)"
for parameter in qmap_mode link_separator; do
	modinfo -F parm "/tmp/openwrt/root/lib/modules/$RELEASE/qmap-wwan.ko" | grep "^$parameter:" > /dev/null ||
		fail "no parameter $parameter"
done

step "OpenWrt: kmodloader loads it before qmi_wwan, with its parameters"
# Its own packages have files without numbers.
cp -r /tmp/openwrt/root/etc/modules.d /tmp/modules.d
echo qmi_wwan > /tmp/modules.d/usb-net-qmi-wwan
echo cdc-wdm > /tmp/modules.d/usb-wdm
echo usbnet > /tmp/modules.d/usb-net
echo cdc_ether > /tmp/modules.d/50-usb-net-cdc-ether
kmodloader /tmp/modules.d > /tmp/order
expect_eq "order" "qmap-wwan qmap_mode=4 link_separator=_|qmi_wwan" \
	"$(sed -n 's/ $//; /wwan/p' /tmp/order | paste -sd '|')"

step "OpenWrt: qmap-connect"
openwrt qmap-connect show > /tmp/shown
diff - /tmp/shown << END || fail "qmap-connect says something else"
package qmap-connect
version $VERSION-1
title Data calls over Quectel modems, for netifd
depends +kmod-qmap-wwan +libqmi +glib2 +ip
conffiles 
license GPL-2.0-only COPYING
described
END
rm -r /tmp/openwrt
openwrt qmap-connect install
expect_files /tmp/openwrt/root << END
etc/hotplug.d/net/30-qmap-rps
lib/netifd/proto/qmap.sh
lib/netifd/qmap.script
usr/sbin/qmap-connect
usr/sbin/qmap-report
END
runs /tmp/openwrt/root/usr/sbin/qmap-connect

step "OpenWrt: receive work goes to the other CPUs, for netdevs of the driver alone"
SYS=/sys/class/net
mkdir -p $SYS/{wwan0,wwan0_1,eth0}/queues/rx-0 $SYS/wwan0_1/qmap /tmp/bin \
	/sys/devices/system/cpu/{cpu0,cpu1,cpu2,cpu3,cpufreq}
touch $SYS/wwan0/tx_qmap_version $SYS/wwan0_1/qmap/mux_id
printf '#!/bin/sh\necho "$STEERING"\n' > /tmp/bin/uci
chmod +x /tmp/bin/uci

hotplug() { # netdev, packet_steering
	rm -f $SYS/*/queues/rx-0/rps_cpus
	env ACTION=add INTERFACE="$1" STEERING="$2" PATH="/tmp/bin:$PATH" \
		busybox ash -eu -c '. /tmp/openwrt/root/etc/hotplug.d/net/30-qmap-rps'
	cat "$SYS/$1/queues/rx-0/rps_cpus" 2> /dev/null || echo none
}

expect_eq "wwan0" e "$(hotplug wwan0 '')"
expect_eq "wwan0_1" e "$(hotplug wwan0_1 1)"
expect_eq "eth0" none "$(hotplug eth0 '')"
expect_eq "forbidden" none "$(hotplug wwan0 0)"
rm -r /sys/devices/system/cpu/cpu[1-3]
expect_eq "one CPU" none "$(hotplug wwan0 '')"

# --- Arch

step "Arch: makepkg"
mkdir -p /tmp/arch
cp "$TREE/packaging/arch/PKGBUILD" /tmp/arch/
tar -C /tmp -czf "/tmp/arch/qmap_wwan-$VERSION.tar.gz" --exclude=tests "qmap_wwan-$VERSION"
# Root is who runs all of this, and there is no pacman whose packages it could depend on.
sed 's/(( EUID == 0 ))/false/' "$(command -v makepkg)" > /tmp/bin/makepkg
printf '#!/bin/sh\n[ "$1" = -v ] || { shift; FAKEROOTKEY=1 exec "$@"; }\n' > /tmp/bin/fakeroot
echo '#!/bin/sh' > /tmp/bin/pacman
chmod +x /tmp/bin/*
(cd /tmp/arch && PATH=/tmp/bin:$PATH PKGEXT=.pkg.tar makepkg --nodeps --nocolor > /tmp/makepkg 2>&1) ||
	fail "$(tail -n 20 /tmp/makepkg)"

unpack() { # package
	mkdir "/tmp/arch/$1"
	bsdtar -C "/tmp/arch/$1" -xf "/tmp/arch/$1-$VERSION-1-x86_64.pkg.tar"
	rm "/tmp/arch/$1"/.[A-Z]*
}

unpack qmap-wwan-dkms
(cd "$TREE" && printf "usr/src/qmap_wwan-$VERSION/%s\n" qmap_*.[ch] Kbuild Makefile dkms.conf
	echo etc/modprobe.d/qmap_wwan.conf) | expect_files /tmp/arch/qmap-wwan-dkms
# shellcheck source=/dev/null
expect_eq "version for dkms" "$VERSION" \
	"$(. "/tmp/arch/qmap-wwan-dkms/usr/src/qmap_wwan-$VERSION/dkms.conf" && echo "$PACKAGE_VERSION")"
unpack qmap-connect
{ tools_in usr/bin | sed 's/\.8$/&.gz/'; echo usr/lib/systemd/system/qmap-connect@.service; } |
	expect_files /tmp/arch/qmap-connect
runs /tmp/arch/qmap-connect/usr/bin/qmap-connect

# --- Alpine

step "Alpine: APKBUILD, and akms with what it installs"
cat > /tmp/abuild << 'SCRIPT'
# its functions, each as abuild calls it: in builddir, with a destination
amove() {
	for path; do
		mkdir -p "$subpkgdir/${path%/*}"
		mv "$pkgdir/$path" "$subpkgdir/$path"
	done
}
srcdir=/tmp/alpine/src pkgdir=/tmp/alpine/pkg
. ./APKBUILD
cd "$builddir"
build
package
for subpackage in $subpackages; do
	IFS=: read -r name function rest << END
$subpackage
END
	subpkgdir=/tmp/alpine/$name
	[ -z "$function" ] || (mkdir -p "$subpkgdir" && cd "$builddir" && "$function")
done
SCRIPT
mkdir -p /tmp/alpine/{src,pkg}
cp "$TREE"/packaging/alpine/{APKBUILD,AKMBUILD} /tmp/alpine/
cp /tmp/alpine/AKMBUILD /tmp/alpine/src/
tar -C /tmp/alpine/src -xf "/tmp/arch/qmap_wwan-$VERSION.tar.gz"
(cd /tmp/alpine && busybox ash -eu /tmp/abuild > /tmp/abuild.log 2>&1) || fail "$(tail -n 20 /tmp/abuild.log)"
expect_files /tmp/alpine/qmap-connect << END
usr/lib/udev/rules.d/80-qmap-connect.rules
usr/sbin/qmap-connect
usr/sbin/qmap-report
END
{ echo etc/modprobe.d/qmap_wwan.conf; tools_in usr/sbin | grep /share/; } | expect_files /tmp/alpine/pkg
sources=/tmp/alpine/qmap-wwan-src/usr/src/qmap_wwan-$VERSION
# shellcheck source=packaging/alpine/AKMBUILD
. "$sources/AKMBUILD"
expect_eq "modver" "$VERSION" "$modver"
touch "$sources/Makefile"	# akms does that
make -s -C "$HEADERS" M="$sources" modules
[ -s "$sources/$built_modules" ] || fail "no $built_modules"

# --- Yocto

# A function of a recipe.
recipe_function() { # recipe, function
	sed -n "/^$2() {/,/^}/p" "$TREE/packaging/yocto/$1"
}

step "Yocto: recipes"
# shellcheck disable=SC2034 # the functions' and the values'
S=$TREE B=/tmp/yocto/build D=/tmp/yocto/image prefix=/usr sysconfdir=/etc
oe_runmake() { make -s "$@"; }
for recipe in recipes-kernel/qmap-wwan/qmap-wwan recipes-connectivity/qmap-connect/qmap-connect; do
	expect_eq "COPYING" "$(md5sum < "$TREE/COPYING" | cut -d ' ' -f 1)" \
		"$(sed -n 's/^LIC_FILES.*COPYING;md5=\(.*\)"/\1/p' "$TREE/packaging/yocto/${recipe}_$VERSION.bb")"
done
eval "$(recipe_function "${recipe}_$VERSION.bb" do_compile)"
eval "$(recipe_function "${recipe}_$VERSION.bb" do_install)"
do_compile
do_install
{ tools_in usr/sbin; echo usr/lib/systemd/system/qmap-connect@.service; } | expect_files $D
! files_of "$TREE/tools" | grep '\.o$' || fail "built where the sources are"
eval "$(recipe_function "recipes-kernel/qmap-wwan/qmap-wwan_$VERSION.bb" do_install:append | sed '1s/:append/_append/')"
D=/tmp/yocto/module do_install_append
expect_eq "of the driver" etc/modprobe.d/qmap_wwan.conf "$(files_of /tmp/yocto/module)"
dir=$(sed -n 's/^QMAP_WWAN_DIR.*\${LAYERDIR}\(.*\)'"'"')}"/\1/p' "$TREE/packaging/yocto/conf/layer.conf")
expect_eq "sources of the layer" "$TREE" "$(readlink -f "$TREE/packaging/yocto$dir")"

# --- Buildroot

step "Buildroot: packages of an external tree"
# A kernel that tells what it is asked for.
mkdir -p /tmp/buildroot /tmp/kernel
printf 'modules modules_install:\n\t@cd $(M) && test -e Kbuild && echo $@ $(M) to $(INSTALL_MOD_PATH)\n' > /tmp/kernel/Makefile
make -s -f "$STUBS/buildroot.mk" BR2_EXTERNAL_QMAP_PATH="$TREE/packaging/buildroot" OUT=/tmp/buildroot \
	LINUX_DIR=/tmp/kernel qmap-wwan qmap-connect > /tmp/asked
expect_eq "asked of the kernel" "$(printf "%s /tmp/buildroot/build/qmap-wwan-$VERSION to /tmp/buildroot/target\n" \
	modules modules_install)" "$(grep "^modules" /tmp/asked)"
{ tools_in usr/sbin; echo usr/lib/systemd/system/qmap-connect@.service
	echo etc/modprobe.d/qmap_wwan.conf; } | expect_files /tmp/buildroot/target
for option in USB_NET_DRIVERS USB_USBNET USB_WDM; do
	grep -qx "CONFIG_$option=y" /tmp/buildroot/kernel.config || fail "no CONFIG_$option"
done
for name in qmap-wwan qmap-connect; do
	grep -q "package/$name/Config.in" "$TREE/packaging/buildroot/Config.in" || fail "$name has no menu entry"
done
