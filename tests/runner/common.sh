# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the commands of tests/ share.

# Kernels, builds and what the fuzzers found, kept between runs.
export CACHE=${CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/qmap_wwan}

# The jobs of a "make -j" that has called are not given on.
unset MAKEFLAGS

# The head of the command that was called.
usage() {
	sed -nE '/^# tests/,/^([^#]|$)/s/^# ?//p' "$0"
	exit 2
}

# Shows what a command printed only if it fails.
quietly() { # what, command...
	local what=$1 output
	shift
	if ! output=$("$@" 2>&1); then
		echo "$output"
		echo "$what failed"
		exit 1
	fi
}

# All are waited for, and the first that has failed ends the shell.
at_once() { # commands
	local command pids=() pid
	for command; do
		$command &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || exit
	done
}

# Built by tests/kernels/build, with all in it that a machine needs to boot.
is_built() { # kernel
	[[ $1 == uml* || $1 == debug || $1 == *-mips || $1 == *-64k ]]
}

headers_of() { # directory of a kernel
	echo "$1/root/usr/src/linux-headers-$(cat "$1/release")"
}

# --- processors, by Debian's names for them: the end of a kernel's name tells which

processor() { # kernel
	case $1 in
	*-arm64 | *-arm64-*) echo arm64 ;;
	*-armhf) echo armhf ;;
	*-mipsel) echo mipsel ;;
	*-mips) echo mips ;;
	*) echo amd64 ;;
	esac
}

# What the compiler of a processor, its libraries and their directory have in their names.
triplet() { # processor
	case $1 in
	amd64) echo x86_64-linux-gnu ;;
	arm64) echo aarch64-linux-gnu ;;
	armhf) echo arm-linux-gnueabihf ;;
	*) echo "$1-linux-gnu" ;;
	esac
}

# What the names of compiler, linker and strip begin with. This machine's own have no prefix.
cross() { # processor
	[ "$1" = amd64 ] || echo "$(triplet "$1")-"
}

# The kernel's name for a processor (ARCH=).
kernel_arch() { # processor
	case $1 in
	amd64) echo x86 ;;
	armhf) echo arm ;;
	mips*) echo mips ;;
	*) echo "$1" ;;
	esac
}
