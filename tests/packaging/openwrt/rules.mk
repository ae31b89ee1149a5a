# SPDX-License-Identifier: GPL-2.0-only
#
# With include/*.mk: what OpenWrt's files of these names do, as far as our packages use it.
#
# make TOPDIR=here OUT=directory install | show
#
#   install    Build/Prepare, Build/Compile and what the package installs, into $(OUT)/root
#   show       a line for each thing that the package says about itself

INCLUDE_DIR := $(TOPDIR)/include
PKG_BUILD_DIR = $(OUT)/$(PKG_NAME)-$(PKG_VERSION)
CP := cp -fpR
INSTALL_DIR := install -d -m 755
INSTALL_BIN := install -m 755
INSTALL_DATA := install -m 644
TARGET_CONFIGURE_OPTS := CC=gcc LD=ld

all: install
