# shellcheck shell=bash
# seconds: 60
# default: 6.12
#
# All kinds of traffic in every mode, at high speed with transfers of 16 KiB.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

traffic_in_all_modes eg12 qmap 16384 10
