# SPDX-License-Identifier: GPL-2.0-only
SUMMARY = "Driver for Quectel 4G and 5G modems by QMI and QMAP"
HOMEPAGE = "https://qmap-wwan.invalid/"
LICENSE = "GPL-2.0-only"
LIC_FILES_CHKSUM = "file://COPYING;md5=b234ee4d69f5fce4486a80fdaf4a4263"

inherit module externalsrc

# kbuild builds where the sources are
EXTERNALSRC = "${QMAP_WWAN_DIR}"
EXTERNALSRC_BUILD = "${EXTERNALSRC}"

do_install:append() {
	install -D -m 0644 ${S}/qmap_wwan.conf ${D}${sysconfdir}/modprobe.d/qmap_wwan.conf
}

FILES:${PN} += "${sysconfdir}/modprobe.d/qmap_wwan.conf"
CONFFILES:${PN} = "${sysconfdir}/modprobe.d/qmap_wwan.conf"
