#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How fast the driver is, beside the in-tree ones and, if it is told of one, beside
# another that has the vendor's names:
#
#   PEER=path/to/module.ko PEER_ARGS="qmap_mode=4" tests/throughput.sh
#
# That one must have been built for this kernel: make -C "$(tests/kernels/get uml-fast)"/\
# root/usr/src/linux-headers-* M=its-directory. tests/demo/throughput.sh is what runs.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
"$here/setup"
GIVE=$(mktemp -d "${TMPDIR:-/tmp}/qmap_wwan.XXXXXX")
trap 'rm -r "$GIVE"' EXIT
if [ -n "${PEER:-}" ]; then
	cp "$PEER" "$GIVE/peer.ko"
	echo "${PEER_ARGS:-}" > "$GIVE/peer_args"
fi
export GIVE
KERNEL=uml-fast CASE=$here/demo/throughput.sh "$here/run" -v
