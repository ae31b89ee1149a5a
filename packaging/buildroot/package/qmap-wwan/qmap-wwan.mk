################################################################################
#
# qmap-wwan
#
################################################################################

QMAP_WWAN_VERSION = 0.1.0
QMAP_WWAN_SITE = $(BR2_EXTERNAL_QMAP_PATH)/../..
QMAP_WWAN_SITE_METHOD = local
QMAP_WWAN_LICENSE = GPL-2.0
QMAP_WWAN_LICENSE_FILES = COPYING

define QMAP_WWAN_LINUX_CONFIG_FIXUPS
	$(call KCONFIG_ENABLE_OPT,CONFIG_USB_NET_DRIVERS)
	$(call KCONFIG_ENABLE_OPT,CONFIG_USB_USBNET)
	$(call KCONFIG_ENABLE_OPT,CONFIG_USB_WDM)
endef

define QMAP_WWAN_INSTALL_TARGET_CMDS
	$(INSTALL) -D -m 0644 $(@D)/qmap_wwan.conf $(TARGET_DIR)/etc/modprobe.d/qmap_wwan.conf
endef

$(eval $(kernel-module))
$(eval $(generic-package))
