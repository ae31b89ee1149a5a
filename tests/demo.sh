#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the driver does, to be watched: four data calls over one virtual modem
# on a stock kernel. tests/demo/demo.sh is what runs in the virtual machine.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
"$here/setup"
echo "building, and booting a stock Debian kernel ${KERNEL:=6.12} under QEMU ..."
KERNEL=$KERNEL CASE=$here/demo/demo.sh exec "$here/run" -v
