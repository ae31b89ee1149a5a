# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Packs what a machine boots and runs: initramfs, programs, and the job, which is a case
# with all that belongs to it; for tests/run.
# shellcheck disable=SC2154 # tests/run sets here, run

# Modules that a guest needs before it has its root. A machine that is frozen has also what most
# cases load: to check their signatures takes most of a second.
boot_modules() { # kernel
	! is_built "$1" || return 0
	echo virtio_pci virtio_blk 9pnet_virtio 9p overlay
	[ "$(processor "$1")" = amd64 ] || echo ext4
	! has_xhci "$1" || echo xhci_pci virtio_console
	! can_be_frozen "$1" || echo vhci_hcd tun
}

# With the modules they depend on. The file "order" tells in which order to load them.
copy_modules() { # kernel, directory, modules...
	local tree dir=$2 module
	tree=$(readlink -f "$CACHE/kernels/$1")
	shift 2
	touch "$dir/order"
	[ $# -gt 0 ] || return 0
	modprobe -d "$tree/root" -S "$(cat "$tree/release")" --show-depends -a "$@" |
		awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
		while read -r module; do
			cp "$module" "$dir/"
			basename "$module" >> "$dir/order"
		done
}

# busybox, and the modules that bring up the guest's root.
make_initramfs() { # kernel
	local dir=$run/$1/initramfs root
	root=$("$here/machine/root" "$(processor "$1")")
	mkdir -p "$dir"/{bin,dev,modules,proc,sys}
	cp "$root/bin/busybox" "$dir/bin/"
	for applet in cpio dd grep insmod mkdir mount sh sleep switch_root tar; do
		ln -s busybox "$dir/bin/$applet"
	done
	install -m 755 "$here/machine/init" "$dir/init"
	# shellcheck disable=SC2046 # words
	copy_modules "$1" "$dir/modules" $(boot_modules "$1")
	find "$dir" -exec touch -h -d @0 {} +
	(cd "$dir" && find . | LC_ALL=C sort | cpio --quiet --reproducible -R 0:0 -o -H newc) \
		> "$run/$1/initramfs.cpio"
}

# What most cases run, with libraries and modules of Python, in one file: each file that a
# guest opens through 9p makes the host answer several requests. Its directories lie under
# an overlay, so none may be one that is a link into /usr.
pack_programs() { # processor
	[ "$1" = amd64 ] || return 0
	local PATH=/usr/sbin:/usr/bin:/sbin:/bin
	local programs='awk basename bash cat cut dd dmesg ethtool find grep head insmod ip
		iperf3 ls mkdir modprobe paste ping pkill python3 qmicli readlink rm rmmod sed
		setsid sleep sort ss stat sysctl tail timeout tr uname wc xargs'
	# shellcheck disable=SC2046,SC2086 # words
	set -- $(command -v $programs)
	{
		printf '%s\n' "$@"
		ldd "$@" | grep -o '/lib[^ ]*'
		python3 -c 'import multiprocessing, random, selectors, socket, struct, sys
for module in sys.modules.values():
    print(getattr(module, "__cached__", None) or getattr(module, "__file__", ""))'
	} | sed -nE 's,^/((bin|sbin|lib|lib64)/),/usr/\1,; s,^/,,p' | sort -u |
		tar -C / -chf "$run/programs.tar" --hard-dereference -T -
}

# Another processor has its root and the kernel's modules as disks: the 9p of a MIPS kernel
# takes the numbers of errors for its own, which differ, and no overlay works on it. From
# Linux 6.4 on it can do without the requests that this is about.
has_disks() { # kernel
	[ "$(processor "$1")" != amd64 ]
}

# The files of a directory, and room for nothing else.
make_disk() { # directory, image
	local kibibytes
	[ ! -e "$2" ] || return 0
	echo "making $2" >&2
	kibibytes=$(du -s --apparent-size -B 1K "$1" | cut -f 1)
	mke2fs -q -t ext4 -b 4096 -i 8192 -m 0 -O ^has_journal,^metadata_csum,^resize_inode \
		-d "$1" "$2.new" $((kibibytes * 5 / 4 + 8192))k > /dev/null
	mv "$2.new" "$2"
}

# Of another processor's root, and of the kernel's modules.
make_disks() { # kernel
	local root tree
	has_disks "$1" || return 0
	root=$("$here/machine/root" "$(processor "$1")")
	make_disk "$root" "$root.disk"
	tree=$(readlink -f "$CACHE/kernels/$1")
	[ ! -e "$tree/disk" ] || return 0
	mkdir -p "$run/$1/disk/usr/lib"
	cp -r "$tree/root/usr/lib/modules" "$run/$1/disk/usr/lib/"
	make_disk "$run/$1/disk" "$tree/disk"
	rm -r "$run/$1/disk"
}

# The one directory that a machine may write to, with all that its case needs.
make_job() { # kernel, case, directory
	mkdir "$3"
	cp -r "$run/src" "$run/$(processor "$1")/job/." "$run/$1/"*.ko "$3/"
	cp "$(case_path "$2")" "$3/case"
	settings "$2" > "$3/settings"
	[ -z "${GIVE:-}" ] || cp -r "$GIVE/." "$3/"
	touch "$3/console" "$3/output" "$3/qemu"
}

# As two files: what cases run of this machine's programs, and the job. The job's is as large as the
# disk that a frozen machine had, and what unpacks it does not read past its end, as busybox's tar
# would do.
pack_job() { # kernel, directory
	(cd "$2" && find . | cpio --quiet -o -H newc) > "$2.cpio"
	mv "$2.cpio" "$2/job.cpio"
	truncate -s "$JOB_DISK" "$2/job.cpio"
	[ "$(processor "$1")" != amd64 ] || ln "$run/programs.tar" "$2/"
}

# The libraries of programs, and the program that loads them.
libraries() { # processor, root, programs...
	local processor=$1 root=$2 libs lib
	libs=/usr/lib/$(triplet "$1")
	shift 2
	readelf -lW "$@" 2> /dev/null | sed -n 's/.*program interpreter: \(.*\)]/\1/p'
	readelf -dW "$@" | sed -n 's/.*(NEEDED).*\[\(.*\)]/\1/p' | sort -u | while read -r lib; do
		[ -e "$root$libs/$lib" ] || continue
		echo "$libs/$lib"
		libraries "$processor" "$root" "$root$libs/$lib"
	done
}

# For a machine that has no files of the host. The head of its case names what it needs
# ("# programs: ethtool", "# modules: qmi_wwan", "# sources: tests/lib"), and what of /job
# it does not need ("# without: qmodem").
make_whole_initramfs() { # kernel, job directory
	local dir=$2.root root processor program module path
	processor=$(processor "$1")
	root=$("$here/machine/root" "$processor")
	root=${root%/}
	mkdir -p "$dir"/{dev,etc,modules,proc,root,run,share,sys,tmp,usr/bin,usr/lib}
	ln -s usr/bin "$dir/bin"
	for path in lib lib64; do
		ln -s usr/lib "$dir/$path"
	done
	for program in $(/bin/busybox --list); do
		ln -s busybox "$dir/bin/$program"
	done
	for program in busybox bash $(head_line "$2/case" programs); do
		program=$(PATH=$2:$root/usr/sbin:$root/usr/bin:$root/bin command -v "$program")
		cp --remove-destination -L "$program" "$dir/bin/"
		libraries "$processor" "$root" "$program"
	done | sort -u | while read -r path; do
		(cd "$root/" && cp -L --parents -t "$dir" ".$path")
	done
	# shellcheck disable=SC2046 # words
	copy_modules "$1" "$dir/modules" $(head_line "$2/case" modules)
	cp -r "$2" "$dir/job"
	rm -r "$dir/job/src"
	install -D -m 755 "$here/machine/main" "$dir/job/src/tests/machine/main"
	for path in $(head_line "$2/case" sources); do
		(cd "$2/src" && cp -r --parents "$path" "$dir/job/src/")
	done
	# not every processor has all of it
	for path in $(head_line "$2/case" without); do
		rm -rf "$dir/job/$path"
	done
	# pahole has several threads, and puts types in another order each time
	for module in "$dir"/job/*.ko; do
		"$(cross "$processor")objcopy" --remove-section=.BTF "$module"
	done
	install -m 755 "$here/machine/counted" "$dir/init"
	find "$dir" -exec touch -h -d @0 {} +
	(cd "$dir" && find . | LC_ALL=C sort | cpio --quiet --reproducible -R 0:0 -o -H newc) \
		> "$2/initramfs.cpio"
	rm -r "$dir"
}
