# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the commands of tests/ share.

# Kernels, builds and what the fuzzers found, kept between runs.
export CACHE=${CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/qmap_wwan}

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

headers_of() { # directory of a kernel
	echo "$1/root/usr/src/linux-headers-$(cat "$1/release")"
}
