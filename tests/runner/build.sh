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

# kbuild writes beside the sources, so it gets a copy of them in the cache, where make
# finds what has changed since the last run.
build_driver() { # kernel
	local tree dir
	tree=$("$here/kernels/get" "$1")
	dir=$CACHE/build/$(basename "$tree")$top
	mkdir -p "$dir" "$run/$1"
	copy_changed "$dir" "$run"/src/*.[ch] "$run/src/Kbuild"
	rm -f "$dir"/*.ko	# a build that makes nothing must not pass for the last one
	quietly "build for $1" make -C "$(headers_of "$tree")" M="$dir" ${COVERAGE:+GCOV_PROFILE=y} modules
	[ -z "${COVERAGE:-}" ] || cp "$dir"/*.gcno "$COVERAGE/"
	strip --strip-debug -o "$run/$1/qmap-wwan.ko" "$dir/qmap-wwan.ko"
}

# Debian's cdc-wdm has no ports of the WWAN class, because Debian has the class as a
# module. This one has them.
build_wdm_with_ports() { # kernel
	local tree dir=$CACHE/build/cdc-wdm
	tree=$("$here/kernels/get" "$1")
	mkdir -p "$dir"
	cp "$("$here/kernels/source")/drivers/usb/class/cdc-wdm.c" "$dir/"
	printf '%s\n' 'obj-m := cdc-wdm.o' 'ccflags-y := -DCONFIG_WWAN' > "$dir/Kbuild"
	quietly "cdc-wdm for $1" make -C "$(headers_of "$tree")" M="$dir" modules
	strip --strip-debug -o "$run/$1/cdc-wdm.ko" "$dir/cdc-wdm.ko"
}

build_modem() {
	local dir=$CACHE/build/modem$top
	mkdir -p "$dir"
	quietly "the virtual modem" make -C "$top/tests/modem" O="$dir" "$dir/qmodem" test
	cp "$dir/qmodem" "$run/"
}

# For 64 bits, and for 32 bits, static: the guest has no 32-bit libraries.
build_client() {
	local dir=$CACHE/build/client$top
	mkdir -p "$dir" "$dir/32"
	quietly "the client" make -C "$top/tests/client" O="$dir"
	quietly "the client, 32 bits" make -C "$top/tests/client" O="$dir/32" \
		CC=i686-linux-gnu-gcc LDFLAGS=-static
	mkdir -p "$run/client/32"
	cp "$dir"/qm{client,proxy,ioctl} "$run/client/"
	cp "$dir"/32/qm{client,proxy,ioctl} "$run/client/32/"
}
