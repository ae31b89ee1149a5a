# shellcheck shell=bash
# seconds: 20
# kernels: 6.12-xhci debug
# also: 6.12-xhci
# cpus: 2
#
# While a socket polls busily, GRO keeps datagrams from one poll to the next. No later
# datagram may overtake them. To receive anything during a poll takes a second CPU.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

sysctl -q net.ipv6.conf.default.router_solicitations=0
modem_start -d rm520
driver_load qmap_mode=1
wait_for_modem
agree qmapv5
ip link set wwan0 up
connect 1 wwan0
start_echo 1
answers 1

step "datagrams, each held by GRO or not"
python3 "$SRC/tests/programs/busy_poll.py" 10.64.1.1 4000
