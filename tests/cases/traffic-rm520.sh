# shellcheck shell=bash
# seconds: 60
# default: 6.12
#
# All kinds of traffic in every mode, at SuperSpeed with transfers of 31 KiB and QMAPv5.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

traffic_in_all_modes rm520 qmapv5 32768 20
