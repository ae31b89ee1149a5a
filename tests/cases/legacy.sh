# shellcheck shell=bash
# seconds: 11
#
# A modem from before raw IP has Ethernet on USB, whatever qmap_mode is.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

modem_start -d uc20
driver_load qmap_mode=4
wait_for_modem
klog_has "has one link, whatever qmap_mode is: wwan0" || fail "$(dmesg | grep qmap_wwan)"
! link_exists wwan0.1 || fail "a link above a modem without QMAP"

connect 1 wwan0
start_echo 1
step "with ARP"
ping -q -c 3 -i 0.2 -W 30 10.64.1.1
ip neighbour show dev wwan0
python3 "$SRC/tests/programs/udp_sizes.py" check 10.64.1.1 1 1472
