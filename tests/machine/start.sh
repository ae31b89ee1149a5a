# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Starts the machine of a case and waits for its end; for tests/run. Each run_in_NAME
# leaves the kernel's messages in console, the case's output in output and its exit status
# in status, all in the job directory, and while it runs a process id in pid.
# shellcheck disable=SC2154,SC2317 # tests/run sets here and run; it calls by name

# KVM only where it is known to boot these kernels.
accelerator() { # processor
	if [ "$1" = amd64 ] && [ -w /dev/kvm ] && grep -qsE '^kvm_(intel|amd) ' /proc/modules; then
		echo kvm
	else
		echo tcg
	fi
}

# The PC's is without what is slow to emulate: byte-wise string moves, a fifth level of page
# tables, protection bits around each access to user memory, wide registers to save at each
# switch. Most cases take half the time. arm64's is of the first version, as on most boards:
# later ones sign pointers, which is slow to emulate. MIPS's is a router's.
cpu() { # processor
	case $1 in
	amd64) echo max,-erms,-fsrm,-la57,-smap,-smep,-avx,-avx2,-xsave ;;
	arm64) echo cortex-a76 ;;
	armhf) echo cortex-a15 ;;
	mips*) echo 24Kf ;;
	esac
}

# MiB. A MIPS kernel sees no more without HIGHMEM.
memory() { # processor
	case $1 in
	mips*) echo 256 ;;
	*) echo 768 ;;
	esac
}

emulator() { # processor
	case $1 in
	amd64) echo qemu-system-x86_64 ;;
	arm64) echo qemu-system-aarch64 ;;
	armhf) echo qemu-system-arm ;;
	mips*) echo "qemu-system-$1" ;;
	esac
}

board() { # processor
	case $1 in
	amd64) echo q35 ;;
	arm*) echo virt ;;
	mips*) echo malta ;;
	esac
}

console() { # processor
	case $1 in
	arm*) echo ttyAMA0 ;;
	*) echo ttyS0 ;;
	esac
}

# After a minute a task or a CPU counts as hung. Half a minute happens where other programs
# have the host's CPU. The PC's boot-time check of the timer is off because they may have the
# CPU just then.
patience_of_kernel="hung_task_panic=1 sysctl.kernel.hung_task_timeout_secs=60 \
rcupdate.rcu_cpu_stall_timeout=60 watchdog_thresh=30 no_timer_check"

# What each program that starts pays for and no case is about: security modules but the one that
# Secure Boot asks, pages cleared before use, the accounting of memory and of waiting.
without_extras="lsm=lockdown init_on_alloc=0 cgroup_disable=memory psi=0"

# Becomes QEMU: the last thing that a run_in_... does.
qemu() { # where it is, processor, directory for what the machine says, arguments of its kernel, ...
	local usr=$1 processor=$2 dir=$3 arguments=$4
	shift 4
	QEMU_MODULE_DIR=$(echo "$usr"/lib/*/qemu) exec "$usr/bin/$(emulator "$processor")" \
		-L "$usr/share/qemu" -L "$usr/share/seabios" \
		-machine "$(board "$processor")" -nodefaults -no-user-config -display none \
		-append "console=$(console "$processor") panic=-1 panic_on_warn=1 oops=panic $arguments \
mitigations=off cryptomgr.notests" \
		-chardev "file,id=console,path=$dir/console,append=on" -serial chardev:console \
		-no-reboot -pidfile "$dir/pid" "$@" > "$dir/qemu" 2>&1
}

# A stock kernel can put each freed object under poison, red zones around objects, and some
# allocations on a page of their own.
memory_checks() { # kernel
	case $1 in
	*-poison) echo kfence.sample_interval=1 slub_debug=FZPU page_poison=1 ;;
	*) echo kfence.sample_interval=100 ;;
	esac
}

share() { # tag, path, options
	echo "-fsdev local,id=$1,path=$2,security_model=none,multidevs=remap$3"
	echo "-device virtio-9p-pci,fsdev=$1,mount_tag=$1"
}

disk() { # tag, image
	echo "-drive if=none,id=$1,format=raw,readonly=on,file=$2"
	echo "-device virtio-blk-pci,drive=$1,serial=$1"
}

# The host's files and the kernel's modules by 9p, and what most cases run on a disk. Debian's
# kernels for other processors have all on disks: the 9p of a MIPS kernel takes the numbers
# of errors for its own, which differ, and no overlay works on it.
files() { # kernel, directory of the kernel, job directory
	local root
	root=$("$here/machine/root" "$(processor "$1")")
	if has_disks "$1"; then
		disk root "$root.disk"
		disk kernel "$2/disk"
	else
		share root "$root" ,readonly=on
		share kernel "$2/root" ,readonly=on
	fi
	[ "$(processor "$1")" != amd64 ] || disk programs "$run/programs.tar"
	disk job_archive "$3/job.cpio"
}

# Relative to where QEMU runs, because the path of a socket must be short.
usb_socket() { # job directory
	echo "$(basename "$1").usb"
}

# A USB controller with two devices on it. A program in the guest plays a device through a
# serial port: QEMU connects the two by a socket when the machine goes on, see connect_devices().
usb_controller() { # kernel, job directory
	local n socket
	has_xhci "$1" || return 0
	socket=$(usb_socket "$2")
	echo "-device qemu-xhci -device virtio-serial-pci"
	for n in 1 2; do
		echo "-chardev socket,id=device$n,path=$socket$n,server=on,wait=off"
		echo "-device usb-redir,chardev=device$n,suppress-remote-wake=off"
		echo "-chardev null,id=port$n"
		echo "-device virtserialport,chardev=port$n,name=usbredir$n"
	done
}

# The machine of a case.
guest() { # kernel, CPUs, job directory, options...
	local kernel=$1 cpus=$2 job=$3 tree processor
	shift 3
	tree=$(readlink -f "$CACHE/kernels/$kernel")
	processor=$(processor "$kernel")
	# shellcheck disable=SC2046 # words
	qemu "$("$here/machine/qemu")" "$processor" "$job" \
		"$patience_of_kernel $without_extras $(memory_checks "$kernel")" \
		-accel "$(accelerator "$processor")" -cpu "$(cpu "$processor")" -smp "$cpus" \
		-m "$(memory "$processor")" \
		-kernel "$tree/vmlinux" -initrd "$run/$kernel/initramfs.cpio" \
		$(files "$kernel" "$tree" "$job") \
		$(share job "$job" '') \
		$(usb_controller "$kernel" "$job") "$@"
}

run_in_guest() { # kernel, job directory
	local cpus frozen
	pack_job "$1" "$2"
	cpus=$(cpus "$1" "$2/case")
	cd "$run" || exit
	can_be_frozen "$1" || guest "$1" "$cpus" "$2"
	frozen=$CACHE/frozen/$1-$cpus-$(< "$run/$1/fingerprint")
	if ! freeze "$1" "$cpus" "$frozen"; then
		cp "$frozen"/{console,qemu} "$2/"
		exit 1
	fi
	cp "$frozen/console" "$2/"
	# shellcheck disable=SC2046 # words
	guest "$1" "$cpus" "$2" $(memory_file "$1" "$frozen/memory" off) \
		-incoming defer -qmp stdio < <(go_on_commands "$1" "$frozen" "$2")
}

# Runs a command as the leader of a process group, so that stop_machines() reaches all of
# it.
in_a_group() { # job directory, command...
	# shellcheck disable=SC2016 # the inner shell expands it
	setsid -w sh -c 'echo $$ > "$0/pid"; exec "$@"' "$@"
}

# A process of this machine. Its first words and the kernel's messages come on its
# standard output; /init finds the paths in its environment.
run_in_uml() { # kernel, job directory
	local tree status=0
	pack_job "$1" "$2"
	tree=$(readlink -f "$CACHE/kernels/$1")
	(
		ulimit -c 0	# a panic is an abort()
		in_a_group "$2" "$tree/linux" mem=768M initrd="$run/$1/initramfs.cpio" \
			con=null con0=null,fd:1 panic_on_warn=1 oops=panic hung_task_panic=1 \
			sysctl.kernel.hung_task_timeout_secs=60 \
			hostfs_root=/ hostfs_kernel="$tree/root" hostfs_archives="$2" \
			hostfs_job="$2" || exit
	) > "$2/console" 2>&1 || status=$?
	rm -f "$2/pid"
	return "$status"
}

# A guest booted by Secure Boot: UEFI firmware that trusts one key, of its own package and known to
# everybody, and a kernel signed with that. The case finds the key in /job.
run_in_secure_boot() { # kernel, job directory
	local keys=/usr/share/ovmf/PkKek-1-snakeoil firmware=/usr/share/OVMF
	openssl rsa -passin pass:snakeoil -in $keys.key -out "$2/secure.key" 2> "$2/qemu"
	cp $keys.pem "$2/secure.pem"
	pack_job "$1" "$2"
	cp $firmware/OVMF_VARS_4M.snakeoil.fd "$2/variables"
	sbsign --key "$2/secure.key" --cert "$2/secure.pem" --output "$2/vmlinuz" \
		"$(readlink -f "$CACHE/kernels/$1")"/root/boot/vmlinuz-* 2>> "$2/qemu"
	cd "$run" || exit
	guest "$1" "$(cpus "$1" "$2/case")" "$2" -machine smm=on \
		-global driver=cfi.pflash01,property=secure,value=on \
		-drive "if=pflash,unit=0,format=raw,readonly=on,file=$firmware/OVMF_CODE_4M.secboot.fd" \
		-drive "if=pflash,unit=1,format=raw,file=$2/variables" -kernel "$2/vmlinuz"
}

# No machine, only the guest's root: see tests/machine/chroot.
run_in_chroot() { # kernel, job directory
	local status=0 kernel beside=()
	for kernel in $(head_line "$2/case" beside); do
		beside+=("$("$here/kernels/get" "$kernel")")
	done
	in_a_group "$2" "$here/machine/chroot" "$(readlink -f "$CACHE/kernels/$1")" "$2" "${beside[@]}" \
		> "$2/output" 2>&1 || status=$?
	rm -f "$2/pid"
	echo "$status" > "$2/status"
}

# The serial lines by which output and exit status leave a machine that has no files of the
# host, and their names in it. ARM's board has only the console.
lines() { # processor, directory
	case $1 in
	arm*)
		echo "-chardev file,id=output,path=$2/output -chardev file,id=status,path=$2/status"
		echo "-device pci-serial-2x,chardev1=output,chardev2=status"
		;;
	*) echo "-serial file:$2/output -serial file:$2/status" ;;
	esac
}

names_of_lines() { # processor
	case $1 in
	arm*) echo OUTPUT=ttyS0 STATUS=ttyS1 ;;
	*) echo OUTPUT=ttyS1 STATUS=ttyS2 ;;
	esac
}

# QEMU turns in circles where a MIPS CPU waits and its clock counts instructions.
idling() { # processor; the other kernels' arguments stay what they are to the byte
	case $1 in
	mips*) echo " nowait" ;;
	esac
}

# One nanosecond of this machine's clock is one instruction, so each run gives the same
# figures. The figures of tests/bench are of QEMU 7.2: later ones count some instructions
# otherwise. One more byte in memory moves everything after it and can change a figure:
# therefore the case leaves out all that it does not need.
run_in_counted() { # kernel, job directory
	local processor cpu memory
	processor=$(processor "$1")
	case $processor in
	amd64) cpu=max,-erms,-fsrm memory=1024 ;;
	*) cpu=$(cpu "$processor") memory=$(memory "$processor") ;;
	esac
	make_whole_initramfs "$1" "$2"
	# shellcheck disable=SC2046 # words
	qemu /usr "$processor" "$2" \
		"nokaslr norandmaps$(idling "$processor") $(names_of_lines "$processor")" \
		-accel tcg,thread=single -icount shift=0,sleep=off -seed 1 \
		-rtc base=2026-01-01,clock=vm -cpu "$cpu" -smp 1 -m "$memory" \
		-kernel "$(readlink -f "$CACHE/kernels/$1")/vmlinux" -initrd "$2/initramfs.cpio" \
		$(lines "$processor" "$2")
}

# What the two machines of a pair have in common. Only a kernel that was started from its
# packed image, as on a PC, comes back from sleep.
one_of_pair() { # kernel, job directory, directory for what it says, its part, options...
	local tree job=$2 dir=$3 part=$4
	tree=$(readlink -f "$CACHE/kernels/$1")
	shift 4
	# shellcheck disable=SC2046 # words
	qemu "$("$here/machine/qemu")" amd64 "$dir" \
		"no_console_suspend $patience_of_kernel $(names_of_lines amd64) PART=$part" \
		-accel "$(accelerator amd64)" -cpu "$(cpu amd64)" -smp 1 -m 512 \
		-kernel "$tree/root/boot/vmlinuz-$(cat "$tree/release")" -initrd "$job/initramfs.cpio" \
		$(lines amd64 "$dir") "$@"
}

# A host and its modem, for cases in which the host sleeps: a modem inside the host would
# sleep too. Both run the same case, which reads its part in $PART. They have no files of
# this machine, because 9p does not survive a sleep. Neither does the host's power switch,
# so both are stopped when the case has ended.
run_in_pair() { # kernel, job directory
	local socket modem host
	socket=$(usb_socket "$2")
	make_whole_initramfs "$1" "$2"
	mkdir "$2.modem"
	cd "$run" || exit
	one_of_pair "$1" "$2" "$2.modem" modem -device virtio-serial-pci \
		-chardev "socket,id=port,path=$socket,server=on,wait=off" \
		-device virtserialport,chardev=port,name=usbredir &
	modem=$!
	until [ -e "$socket" ]; do
		kill -0 "$modem"
		sleep 0.1
	done
	one_of_pair "$1" "$2" "$2" host -device qemu-xhci \
		-chardev "socket,id=device,path=$socket" \
		-device usb-redir,chardev=device,suppress-remote-wake=off &
	host=$!
	until [ -s "$2/status" ] || ! kill -0 "$host" 2> /dev/null; do
		sleep 1
	done
	kill "$host" "$modem" 2> /dev/null || true
	sed 's/^/modem: /' "$2.modem/output" >> "$2/qemu"
}
