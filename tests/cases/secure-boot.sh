# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# seconds: 90
# machine: secure_boot
# kernels: 6.12
#
# A kernel booted by Secure Boot refuses the module unsigned, and signed by a key that it does not
# know; qmap-report says what to do. Signed by a key that the firmware trusts it works.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/report.sh"

HEADERS=/lib/modules/$RELEASE/build

sign() { # key, certificate
	cp "$KO" /tmp/build/
	make -s -C /tmp/build -o modules KDIR="$HEADERS" SIGN_KEY="$1" SIGN_CERT="$2" sign
}

refused() { # file, what the kernel log says
	dmesg -C
	! insmod "$1" 2> /tmp/error || fail "it was loaded"
	grep "Key was rejected by service" /tmp/error || fail "$(< /tmp/error)"
	klog_has "$2" || fail "$(dmesg)"
	finds secure-boot
}

step "the machine"
file_says "secureboot: Secure boot enabled" /run/boot-messages || fail "no Secure Boot"
file_says "Kernel is locked down from EFI Secure Boot" /run/boot-messages || fail "no lockdown"
modprobe -a usbnet cdc_wdm
mkdir /tmp/build
cp "$SRC/Makefile" /tmp/build/
modem_start -d rm520

step "unsigned"
refused "$KO" "Loading of unsigned module is rejected"

step "signed by a key that the kernel does not know"
openssl req -x509 -newkey rsa:2048 -nodes -keyout /tmp/key.pem -out /tmp/cert.pem -subj /CN=nobody 2> /tmp/openssl
sign /tmp/key.pem /tmp/cert.pem
refused /tmp/build/qmap-wwan.ko "Loading of module with unavailable key is rejected"

step "signed by a key that the firmware trusts"
sign /job/secure.key /job/secure.pem
insmod /tmp/build/qmap-wwan.ko qmap_mode=1
wait_for_modem
agree qmapv5
connect 1 wwan0
answers 1
driver_unload
