#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How fast the driver is beside the in-tree drivers, and beside one more that makes the same
# netdevs as the vendor's:
#
#   PEER=path/to/module.ko PEER_ARGS="qmap_mode=4" tests/throughput.sh
#
# Build that one for the same kernel: make -C "$(tests/kernels/get uml-fast)"/\
# root/usr/src/linux-headers-* M=its-directory. The case is tests/demo/throughput.sh.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
"$here/setup"
GIVE=$(mktemp -dt qmap_wwan.XXXXXX)
trap 'rm -r "$GIVE"' EXIT
if [ -n "${PEER:-}" ]; then
	cp "$PEER" "$GIVE/peer.ko"
	echo "${PEER_ARGS:-}" > "$GIVE/peer_args"
fi
export GIVE
KERNEL=uml-fast CASE=$here/demo/throughput.sh "$here/run" -v
