# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Builds what the machines need from the snapshot of the sources; for tests/run.
# shellcheck disable=SC2154 # tests/run sets here, top, run

# The sources as they are now: they may be edited while machines run.
snapshot() {
	mkdir "$run/src"
	tar -C "$top" --exclude=.git -c . | tar -C "$run/src" -x
}

# The copy is as old as the moment of copying. With the file's own time, a file that was
# edited while another build went on would look older than its object.
copy_changed() { # directory, files...
	local dir=$1 file
	shift
	for file; do
		cmp -s "$file" "$dir/${file##*/}" || cp "$file" "$dir/"
	done
}

make_modules() { # kernel, directory, options of make...
	local tree dir=$2 cross
	tree=$("$here/kernels/get" "$1")
	cross=$(cross "$(processor "$1")")
	shift 2
	make -j "$(nproc)" -C "$(headers_of "$tree")" M="$dir" CROSS_COMPILE="$cross" "$@" modules
}

strip_module() { # kernel, module
	"$(cross "$(processor "$1")")strip" --strip-debug -o "$run/$1/$(basename "$2")" "$2"
}

# kbuild writes beside the sources, so it gets a copy of them in the cache, where make
# finds what has changed since the last run.
build_driver() { # kernel
	local tree dir
	tree=$("$here/kernels/get" "$1")
	dir=$CACHE/build/$(basename "$tree")$top
	mkdir -p "$dir"
	copy_changed "$dir" "$run"/src/*.[ch] "$run/src/Kbuild"
	rm -f "$dir"/*.ko	# a build that makes nothing must not pass for the last one
	quietly "build for $1" make_modules "$1" "$dir" ${COVERAGE:+GCOV_PROFILE=y}
	[ -z "${COVERAGE:-}" ] || cp "$dir"/*.gcno "$COVERAGE/"
	strip_module "$1" "$dir/qmap-wwan.ko"
}

# Debian's cdc-wdm has no ports of the WWAN class, because Debian has the class as a
# module. This one has them.
build_wdm_with_ports() { # kernel
	local dir=$CACHE/build/cdc-wdm
	grep -qx "$1 wwan-port" "$run/plan" || return 0
	mkdir -p "$dir"
	cp "$("$here/kernels/source")/drivers/usb/class/cdc-wdm.c" "$dir/"
	printf '%s\n' 'obj-m := cdc-wdm.o' 'ccflags-y := -DCONFIG_WWAN' > "$dir/Kbuild"
	quietly "cdc-wdm for $1" make_modules "$1" "$dir"
	strip_module "$1" "$dir/cdc-wdm.ko"
}

# The programs of a machine's /job. The library of the modem's xHCI is that of the root.
build_modem() { # processor
	local root dir
	root=$("$here/machine/root" "$1")
	dir=$CACHE/build/modem-$1$top
	mkdir -p "$dir"
	quietly "the virtual modem for $1" make -C "$top/tests/modem" O="$dir" CC="$(cross "$1")gcc" \
		CPPFLAGS="-idirafter $root/usr/include" LDFLAGS="-L$root/usr/lib/$(triplet "$1")" \
		"$dir/qmodem"
	cp "$dir/qmodem" "$run/$1/job/"
}

test_modem() {
	quietly "the virtual modem's test" make -C "$top/tests/modem" O="$CACHE/build/modem-amd64$top" test
}

# A client of 32 bits runs on some kernels of 64 bits. It is static, because their root has no
# libraries of 32 bits.
cross_32() { # processor
	case $1 in
	amd64) echo i686-linux-gnu- ;;
	arm64) cross armhf ;;
	esac
}

build_client() { # processor
	local dir=$CACHE/build/client-$1$top
	mkdir -p "$dir/32"
	quietly "the client for $1" make -C "$top/tests/client" O="$dir" CC="$(cross "$1")gcc"
	cp "$dir"/{qmclient,gobiclient,qmproxy,qmioctl} "$run/$1/job/"
	[ -n "$(cross_32 "$1")" ] || return 0
	quietly "the client for $1, 32 bits" make -C "$top/tests/client" O="$dir/32" \
		CC="$(cross_32 "$1")gcc" LDFLAGS=-static
	mkdir "$run/$1/job/32"
	cp "$dir"/32/{qmclient,gobiclient,qmproxy,qmioctl} "$run/$1/job/32/"
}

# On libqmi-glib and libfuse, which are there for this machine's own processor.
build_tools() { # processor
	local tool dir
	[ "$1" = amd64 ] || return 0
	for tool in qmap-connect qcqmid; do
		dir=$CACHE/build/$tool-$1$top
		mkdir -p "$dir"
		quietly "$tool for $1" make -C "$top/tools/$tool" O="$dir"
		cp "$dir/$tool" "$run/$1/job/"
	done
}

# Packages of Debian's that would change this machine if they were installed: a case unpacks them
# over its root ("# debs: openresolv dkms/trixie").
fetch_debs() { # processor
	local name deb release dir
	[ "$1" = amd64 ] || return 0
	while read -r _ name; do
		head_line "$name" debs
	done < "$run/plan" | xargs -rn 1 | sort -u > "$run/debs"
	while IFS=/ read -r deb release; do
		release=${release:-$(own_release)}
		dir=$CACHE/debs/$release
		mkdir -p "$dir" "$run/$1/job/debs"
		[ -n "$(find "$dir" -name "${deb}_*.deb")" ] ||
			(use_apt "$release" "$1" && cd "$dir" &&
				apt-get -qq -o APT::Sandbox::User=root download "$deb" >&2)
		cp "$dir/${deb}"_*.deb "$run/$1/job/debs/"
	done < "$run/debs"
}

# Debian's, from the sources alone.
build_packages() { # processor
	[ "$1" = amd64 ] || return 0
	grep -q " packages" "$run/plan" || return 0
	mkdir -p "$run/$1/job/packages"
	cp -r "$run/src" "$run/packages"
	(cd "$run/packages" && quietly "Debian packages" dpkg-buildpackage -us -uc)
	mv "$run"/qmap-wwan[-_]* "$run/$1/job/packages/"
	rm -r "$run/packages"
}
