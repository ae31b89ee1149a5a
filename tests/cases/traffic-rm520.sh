# shellcheck shell=bash
# seconds: 35
#
# All kinds of traffic, at SuperSpeed with transfers of 31 KiB and QMAPv5.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

traffic_in_modes rm520 qmapv5 32768 20 1 4
