################################################################################
#
# qmap-connect
#
################################################################################

QMAP_CONNECT_VERSION = 0.1.0
QMAP_CONNECT_SITE = $(BR2_EXTERNAL_QMAP_PATH)/../..
QMAP_CONNECT_SITE_METHOD = local
QMAP_CONNECT_LICENSE = GPL-2.0
QMAP_CONNECT_LICENSE_FILES = COPYING
QMAP_CONNECT_DEPENDENCIES = host-pkgconf libqmi

# Objects of the tree it was copied from would be taken for ours.
define QMAP_CONNECT_BUILD_CMDS
	$(MAKE) -C $(@D)/tools/qmap-connect clean
	$(TARGET_MAKE_ENV) $(MAKE) $(TARGET_CONFIGURE_OPTS) -C $(@D)/tools/qmap-connect
endef

define QMAP_CONNECT_INSTALL_TARGET_CMDS
	$(MAKE) -C $(@D)/tools/qmap-connect DESTDIR=$(TARGET_DIR) prefix=/usr install
	$(MAKE) -C $(@D)/tools/qmap-report DESTDIR=$(TARGET_DIR) prefix=/usr install
endef

$(eval $(generic-package))
