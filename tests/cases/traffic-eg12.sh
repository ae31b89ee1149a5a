# shellcheck shell=bash
# seconds: 35
#
# All kinds of traffic, at high speed with transfers of 16 KiB.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

traffic_in_modes eg12 qmap 16384 10 1 8
