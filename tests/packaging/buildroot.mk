# SPDX-License-Identifier: GPL-2.0-only
#
# What Buildroot's package infrastructures do, as far as our packages use it.
#
# make -f here BR2_EXTERNAL_QMAP_PATH=... OUT=directory LINUX_DIR=... NAME...
#
# Copies, builds and installs each of these packages into $(OUT)/target.

TARGET_DIR := $(OUT)/target
INSTALL := install
TARGET_CONFIGURE_OPTS := CC=gcc LD=ld
KCONFIG_ENABLE_OPT = @echo $(1)=y >> $(OUT)/kernel.config

pkgname = $(lastword $(subst /, ,$(dir $(lastword $(MAKEFILE_LIST)))))
upper = $(shell echo $(1) | tr a-z- A-Z_)

kernel-module = $(call inner-kernel-module,$(call upper,$(pkgname)))
generic-package = $(call inner-generic-package,$(pkgname),$(call upper,$(pkgname)))

define inner-kernel-module
define $(1)_KERNEL_MODULE
	for target in modules modules_install; do \
		$$(MAKE) -s -C $$(LINUX_DIR) PWD=$$(@D) M=$$(@D) INSTALL_MOD_PATH=$$(TARGET_DIR) $$$$target || exit; \
	done
endef
endef

define inner-generic-package
$(1): @D = $(OUT)/build/$(1)-$$($(2)_VERSION)
$(1):
	mkdir -p $$(@D) $$(TARGET_DIR)
	cp -r $$($(2)_SITE)/. $$(@D)/
	test -e $$(@D)/$$($(2)_LICENSE_FILES)
	test $$($(2)_SITE_METHOD) = local
	$$($(2)_LINUX_CONFIG_FIXUPS)
	$$($(2)_BUILD_CMDS)
	$$($(2)_INSTALL_TARGET_CMDS)
	$$($(2)_KERNEL_MODULE)
endef

include $(BR2_EXTERNAL_QMAP_PATH)/external.mk
