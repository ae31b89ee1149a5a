# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Machines that have booted already: most of the time of a short case would be that of the
# boot. One machine boots up to where it waits for its job (tests/machine/init) and is
# frozen there: the state of its devices by QEMU's migration, and its memory as the file
# that it had as memory. Each machine of a case goes on from there, with the file mapped
# privately; for tests/run.
# shellcheck disable=SC2154 # tests/run sets run

# Of the disk that has the job. It is the same for each machine, because the kernel has read
# it when a machine is frozen.
JOB_DISK=64M

# Of a MIPS CPU, QEMU loses the timer.
can_be_frozen() { # kernel
	[[ $1 != uml* && $1 != *-mips* ]]
}

memory_file() { # kernel, file, whether changes are written to it (on, off)
	echo "-object memory-backend-file,id=memory,size=$(memory "$(processor "$1")")M,mem-path=$2,share=$3"
	echo "-machine memory-backend=memory"
}

# All that a frozen machine depends on.
fingerprint() { # kernel
	{
		readlink -f "$CACHE/kernels/$1"
		"$here/machine/qemu"
		"$("$here/machine/qemu")/bin/$(emulator "$(processor "$1")")" --version
		"$here/machine/root" "$(processor "$1")"
		cat "$run/$1/initramfs.cpio"
		[ "$(processor "$1")" != amd64 ] || cat "$run/programs.tar"
		declare -f qemu guest files share disk usb_controller usb_socket emulator board cpu memory console accelerator memory_checks
		echo "$patience_of_kernel $without_extras $JOB_DISK"
	} | sha256sum | cut -c 1-16
}

# Commands of QEMU's monitors, of which one waits until a command is done and the other has
# an answer for programs. Shared memory is not written, and not expected.
freeze_commands() {
	echo "migrate_set_capability x-ignore-shared on"
	echo "migrate \"exec:cat > state.new\""
	echo quit
}

# QEMU greets the program that plays a device when the socket is connected, and does not if
# that is while the state is read.
connect_devices() { # job directory
	local n socket
	socket=$(usb_socket "$1")
	until grep -q '"completed"' "$1/qemu"; do
		echo	# nothing to QEMU, and the end of this if QEMU has ended
		sleep 0.1
	done
	for n in 1 2; do
		cat <<- EOT
			{"execute": "chardev-change", "arguments": {"id": "port$n", "backend":
			 {"type": "socket", "data": {"server": false, "addr":
			  {"type": "unix", "data": {"path": "$socket$n"}}}}}}
		EOT
	done
}

go_on_commands() { # kernel, directory of the frozen machine, job directory
	cat <<- EOT
		{"execute": "qmp_capabilities"}
		{"execute": "migrate-set-capabilities", "arguments":
		 {"capabilities": [{"capability": "x-ignore-shared", "state": true},
		  {"capability": "events", "state": true}]}}
		{"execute": "migrate-incoming", "arguments": {"uri": "exec:cat $2/state"}}
	EOT
	! has_xhci "$1" || connect_devices "$3"
}

waits_for_job() { # directory
	grep -q "waiting for a job" "$1/console"
}

boot_and_freeze() { # kernel, CPUs, directory
	local machine
	rm -rf "$3"
	mkdir -p "$3"
	touch "$3/console"
	truncate -s "$JOB_DISK" "$3/job.cpio"
	(
		cd "$3" || exit
		# shellcheck disable=SC2046 # words
		guest "$1" "$2" "$3" $(memory_file "$1" "$3/memory" on) \
			-monitor unix:monitor,server=on,wait=off
	) &
	machine=$!
	until waits_for_job "$3"; do
		kill -0 "$machine" || return
		sleep 0.1
	done
	(cd "$3" && freeze_commands | socat -t 60 - UNIX-CONNECT:monitor > /dev/null)
	wait "$machine"
	[ -s "$3/state.new" ] && mv "$3/state.new" "$3/state"
}

# Those of other days are removed: each is a quarter of a gigabyte.
freeze() { # kernel, CPUs, directory
	mkdir -p "$CACHE/frozen"
	exec 8> "$CACHE/frozen/$1.lock"
	flock 8
	if [ ! -e "$3/state" ]; then
		find "$CACHE/frozen" -mindepth 1 -maxdepth 1 -type d -mmin +1440 -exec rm -r {} +
		boot_and_freeze "$1" "$2" "$3" || return
	fi
	touch "$3"
	exec 8>&-
}
