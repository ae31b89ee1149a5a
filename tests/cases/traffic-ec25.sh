# shellcheck shell=bash
# seconds: 65
#
# All kinds of traffic in every mode, at high speed with transfers of 4 KiB.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

traffic_in_modes ec25 qmap 4096 2 0 1 4 8
