# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Allocations that fail, by the kernel's fault injection; for cases on KERNEL=debug.

FAULTS=/sys/kernel/debug
KINDS="failslab fail_page_alloc fail_usercopy"
MANY=1000000

for_each_kind() { # name, value
	local kind
	for kind in $KINDS; do
		echo "$2" > "$FAULTS/$kind/$1"
	done
}

# Where the code of a kernel symbol begins, and the code of the next one: kallsyms lists them
# in this order.
range_of() { # symbol
	grep -m 1 -A 1 " $1\$" /proc/kallsyms | sed 's/^/0x/; s/ .*//'
}

# An allocation may fail if a function of its call chain is in the required range and none is
# in the rejected range.
set_range() { # require or reject, start, end
	for_each_kind "$1-start" "$2"
	for_each_kind "$1-end" "$3"
}

# Of any memory, by anybody.
set_up_faults() {
	for_each_kind stacktrace-depth 32
	for_each_kind verbose 0
	echo N > $FAULTS/failslab/ignore-gfp-wait
	echo N > $FAULTS/fail_page_alloc/ignore-gfp-wait
	echo 0 > $FAULTS/fail_page_alloc/min-order
	echo N > $FAULTS/fail_page_alloc/ignore-gfp-highmem
}

faults() { # kind
	echo $((MANY - $(< "$FAULTS/$1/times")))
}

for_each_kind times $MANY
