# shellcheck shell=bash
# seconds: 65
# default: 6.12
#
# All kinds of traffic in every mode, at high speed with transfers of 4 KiB.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

traffic_in_all_modes ec25 qmap 4096 2
