# shellcheck shell=bash
# seconds: 20
# kernels: uml
#
# A modem takes as much memory as the README says, also while sockets keep datagrams.
# KERNEL=uml counts for each line of a module what it has allocated and what is not yet
# freed.
. "$SRC/tests/lib/case.sh"

# Bytes of buffers, of both rings and spare.
held() {
	awk '/qmap_pool\.c:.*func:qmap_buf_alloc/ { bytes += $1 } END { print bytes + 0 }' /proc/allocinfo
}
export -f held

# The downlink has 16 buffers and at most 32 spare ones, the uplink has 8.
try() { # product, bytes of a downlink buffer
	modem_start -d "$1" --hold-us 20000
	driver_load qmap_mode=2
	wait_for_modem
	expect_eq "bytes before wwan0 is up" 0 "$(held)"
	agree qmap
	tell_version qmap
	connect 1 wwan0.1
	expect_eq "bytes while nothing is kept" $((16 * $2 + 8 * 32768)) "$(held)"

	# after half of the rounds, with 80 datagrams of 80 transfers unread
	python3 "$SRC/tests/programs/unread.py" 40 bash -c 'held > /tmp/held'
	expect_eq "bytes while a socket is not read" $((48 * $2 + 8 * 32768)) "$(< /tmp/held)"
	echo "$1: $(held) bytes, $(< /tmp/held) at most"

	ip link set wwan0 down
	expect_eq "bytes after wwan0 was up" 0 "$(held)"
	modem_stop
	driver_unload
}

step "LTE, 4 KiB"
try ec25 4096
step "5G, 31 KiB in 32"
try rm520 32768
