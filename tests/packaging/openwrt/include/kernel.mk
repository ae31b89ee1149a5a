# SPDX-License-Identifier: GPL-2.0-only
# The kernel is the one with headers in $(LINUX_DIR), and is called $(LINUX_VERSION).

KERNEL_MAKE = $(MAKE) -s -C $(LINUX_DIR)
MODULES_SUBDIR := lib/modules/$(LINUX_VERSION)

# priority, modules, needed at boot
AutoLoad = $(1) $(if $(3),1,0) $(2)

# A line for each module, with its parameters.
define KernelPackage/install
	$(INSTALL_DIR) $(1)/$(MODULES_SUBDIR) $(1)/etc/modules.d
	$(CP) $(FILES) $(1)/$(MODULES_SUBDIR)/
	($(foreach module,$(wordlist 3,99,$(AUTOLOAD)),echo $(module) $(MODPARAMS.$(module));)) \
		> $(1)/etc/modules.d/$(firstword $(AUTOLOAD))-$(2)
endef

define KernelPackage
$(eval $(KernelPackage/$(1)))
$(call rules,kmod-$(1),KernelPackage/$(1),$(call KernelPackage/install,$(OUT)/root,$(1)))
endef
