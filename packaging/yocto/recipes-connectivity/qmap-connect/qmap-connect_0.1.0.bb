# SPDX-License-Identifier: GPL-2.0-only
SUMMARY = "Data calls over Quectel modems that qmap_wwan drives"
HOMEPAGE = "https://qmap-wwan.invalid/"
LICENSE = "GPL-2.0-only"
LIC_FILES_CHKSUM = "file://COPYING;md5=b234ee4d69f5fce4486a80fdaf4a4263"
DEPENDS = "libqmi"

inherit externalsrc pkgconfig

EXTERNALSRC = "${QMAP_WWAN_DIR}"

do_compile() {
	oe_runmake -C ${S}/tools/qmap-connect O=${B}
}

do_install() {
	oe_runmake -C ${S}/tools/qmap-connect O=${B} DESTDIR=${D} prefix=${prefix} install
	oe_runmake -C ${S}/tools/qmap-report DESTDIR=${D} prefix=${prefix} install
}

FILES:${PN} += "${nonarch_libdir}/systemd"
RDEPENDS:${PN} = "iproute2"
RRECOMMENDS:${PN} = "qmap-wwan dnsmasq"
