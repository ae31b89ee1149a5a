#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The driver at work: four data calls over one virtual modem on a stock kernel. The virtual
# machine runs tests/demo/demo.sh.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
"$here/setup"
echo "building, and booting a stock Debian kernel ${KERNEL:=6.12} under QEMU ..."
KERNEL=$KERNEL CASE=$here/demo/demo.sh exec "$here/run" -v
