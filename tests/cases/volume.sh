# shellcheck shell=bash
# settings: GIB=2
# seconds: 20 * GIB
# except: uml uml-fast debug mips
#
# More bytes are sent than a signed 32-bit counter holds. Then the netdev goes down and up,
# as when a connection manager dials again.
. "$SRC/tests/lib/case.sh"

SIZE=8184	# bytes of a packet: with its header of QMAPv5 one transfer of 8192 bytes
AT_ONCE=8	# packets handed to the kernel as one

modem_start -d rm520
driver_load qmap_mode=2
wait_for_modem
agree qmapv5
connect 1 wwan0.1
configure_link wwan0.2 10.64.2.2/24 10.64.2.1 $SIZE

step "$GIB GiB, and a little more"
# This PDN has no call: the modem only counts its packets.
python3 "$SRC/tests/programs/send.py" 10.64.2.1 $(((GIB << 30) / (SIZE * AT_ONCE) + 400)) \
	$((SIZE - 28)) $AT_ONCE
sent=$(< /sys/class/net/wwan0/statistics/tx_bytes)
[ "$sent" -gt $((GIB << 30)) ] || fail "only $sent bytes were sent"

step "down and up"
ip link set wwan0 down
ip link set wwan0 up
wait_for 10 answers 1
