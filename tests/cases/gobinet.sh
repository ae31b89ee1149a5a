# shellcheck shell=bash
# seconds: 20
# kernels: amd64
# except: built
#
# Boards that ran GobiNet: the vendor's two chapters about it, step by step, by programs that open
# /dev/qcqmi0. What is logged is printed, to be read beside the vendor's.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/gobinet.sh"

mkdir -p /etc/udhcpc
write_lease_script /etc/udhcpc/default.script

# Of the kernel, since this step has begun.
driver_log() {
	dmesg | sed 's/^\[[^]]*\] //' |
		awk '/^== / { text = "" } { text = text $0 "\n" } END { printf "%s", text }' |
		grep " register '\|link.* mux id"
}

loaded() { # qmap_enabled, rx_size, tx_size
	driver_log
	cat "$QCQMID_LOG"
	expect_eq "log of qcqmid" "usb0: creating qcqmi0
usb0: qmap settings qmap_enabled=$1, rx_size=$2, tx_size=$3" "$(< "$QCQMID_LOG")"
	expect_eq "driver: bytes and frames of the uplink" "$3 11" \
		"$(cat /sys/class/net/usb0/tx_aggr_max_{bytes,frames} | xargs)"
	expect_eq "driver: version of the uplink" $(($1 - 4)) "$(< /sys/class/net/usb0/tx_qmap_version)"
	expect_eq "modem: bytes of the downlink" "$2" "$(modem_stat downlink_size)"
}

dialled() { # pdn, link
	wait_for 40 client_is_connected "$1"
	cat "$(client_log "$1")"
	grep -q "mux id 0x8$1, link $2$" "$(client_log "$1")" || fail "not link $2"
	grep -q "lease of 10.64.$1.2 obtained" "$(client_log "$1")" || fail "no lease"
	expect_eq "address of $2" "10.64.$1.2" "$(ipv4_address "$2")"
	answers "$1"
}

hung_up() { # pdns...
	local pdn
	for pdn; do
		client_stop "$pdn"
	done
	wait_for 10 modem_has_clients 0
	wait_for 10 channel_is_free
}

step "EC25, IP aggregation: an old program; a modem that would send more than the driver's buffer"
gobinet_start "ec25 --ul-size=4096 --dl-size=16384" 1
loaded 5 4096 4096
client_start 1 /job -o
dialled 1 usb0
qmi --nas-get-home-network > /tmp/home
grep "QMAP test" /tmp/home || fail "no qmicli beside it: $(< /tmp/home)"
hung_up 1

step "a program that looks below the USB interface does not find GobiQMI, and takes cdc-wdm"
expect_eq "GobiQMI" "" "$(find -L /sys/class/net/usb0/device -maxdepth 1 -name GobiQMI)"
qmclient -n 1 > /tmp/qmclient.log 2>&1 &
LOGS+=(/tmp/qmclient.log)
beside=$!
wait_for 30 file_says "^connected usb0" /tmp/qmclient.log
head -n 1 /tmp/qmclient.log
answers 1
kill $beside
wait $beside
gobinet_stop

step "EC25, IP multiplexing: the same on PDN 2, beside PDN 1"
gobinet_start "ec25 --ul-size=4096" 4
loaded 5 4096 4096
client_start 1 /job -o
client_start 2 /job -o
dialled 2 usb0.2
dialled 1 usb0.1
hung_up 1 2
gobinet_stop

step "RM500, IP aggregation: a newer program, both families"
gobinet_start rm500 1
loaded 9 31744 8192
client_start 1 /job -6
dialled 1 usb0
ping -q -c 1 -W 30 2001:db8:1::1 > /dev/null || fail "no ping6"
hung_up 1
gobinet_stop

step "RM500, IP multiplexing: PDN 2 by a 32-bit program, beside PDN 1"
gobinet_start rm500 4
loaded 9 31744 8192
client_start 1 /job
client_start 2 /job/32
dialled 2 usb0.2
dialled 1 usb0.1
hung_up 1 2
gobinet_stop
