# shellcheck shell=bash
# settings: GIB=2
# seconds: 20 * GIB
# except: uml uml-fast debug mips
#
# More bytes are sent than a signed 32-bit counter holds. Then the netdev goes down and up,
# as when a connection manager dials again.
. "$SRC/tests/lib/case.sh"

SIZE=8188	# bytes of a packet: with its QMAP header one transfer of 8192 bytes

modem_start -d rm520
driver_load qmap_mode=2
wait_for_modem
agree qmap
tell_version qmap
connect 1 wwan0.1
configure_link wwan0.2 10.64.2.2/24 10.64.2.1 $SIZE

step "$GIB GiB, and a little more"
# This PDN has no call: the modem only counts its packets.
python3 - $SIZE $(((GIB << 30) / SIZE + 3000)) << 'EOT'
import socket
import sys

SO_NO_CHECK = 11
size, count = map(int, sys.argv[1:])
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
sender.connect(("10.64.2.1", 9))
datagram = bytes(size - 28)
for _ in range(count):
    sender.send(datagram)
EOT
sent=$(< /sys/class/net/wwan0/statistics/tx_bytes)
[ "$sent" -gt $((GIB << 30)) ] || fail "only $sent bytes were sent"

step "down and up"
ip link set wwan0 down
ip link set wwan0 up
wait_for 10 answers 1
