# SPDX-License-Identifier: GPL-2.0-only

define Build/Compile
	$(MAKE) -s -C $(PKG_BUILD_DIR)/$(MAKE_PATH) $(TARGET_CONFIGURE_OPTS)
endef

# name, what its parts begin with, commands that install
define rules
install:
	$(Build/Prepare)
	+$(Build/Compile)
	$(3)

show:
	@echo 'package $(1)'
	@echo 'version $(PKG_VERSION)-$(PKG_RELEASE)'
	@echo 'title $(TITLE)'
	@echo 'depends $(DEPENDS)'
	@echo 'conffiles $(strip $($(2)/conffiles))'
	@echo 'license $(PKG_LICENSE) $(PKG_LICENSE_FILES)'
	@echo '$(if $(strip $($(2)/description)),described)'
endef

define BuildPackage
$(eval $(Package/$(1)))
$(call rules,$(1),Package/$(1),$(call Package/$(1)/install,$(OUT)/root))
endef
