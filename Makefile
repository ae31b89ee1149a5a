# SPDX-License-Identifier: GPL-2.0-only

# The kernel's build directory: KDIR, or KERNEL_SRC as Yocto calls it.
KERNEL_SRC ?= /lib/modules/$(shell uname -r)/build
KDIR ?= $(KERNEL_SRC)
INSTALL_MOD_PATH ?= $(DESTDIR)

prefix ?= /usr/local
docdir ?= $(prefix)/share/doc/qmap-wwan
INSTALL ?= install

MODPROBE_CONF = $(INSTALL_MOD_PATH)/etc/modprobe.d/qmap_wwan.conf
LINK_EXAMPLE = $(DESTDIR)$(docdir)/examples/70-qmap-wwan.link

kbuild = $(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(INSTALL_MOD_PATH)

modules: $(KDIR)/Makefile
	$(kbuild) modules

# What else it may be made of is there with it.
$(KDIR)/Makefile:
	@echo 'No kernel headers in $(KDIR): install the package of them, or name another place by KDIR=' >&2
	@false

# The modules and nothing else, as build systems expect it.
modules_install:
	$(kbuild) modules_install

# What the user has chosen in modprobe.d stays.
install: modules modules_install
	[ -e $(MODPROBE_CONF) ] || $(INSTALL) -D -m 644 qmap_wwan.conf $(MODPROBE_CONF)

# For Secure Boot, by dkms' key unless told otherwise. A password of the key: KBUILD_SIGN_PIN.
SIGN_KEY ?= /var/lib/dkms/mok.key
SIGN_CERT ?= /var/lib/dkms/mok.pub
sign: modules
	$(KDIR)/scripts/sign-file $$(sed -n 's/^CONFIG_MODULE_SIG_HASH="\(.*\)"/\1/p' $(KDIR)/.config) \
		$(SIGN_KEY) $(SIGN_CERT) qmap-wwan.ko

# They want libqmi-glib, and no kernel headers.
tools:
	$(MAKE) -C tools/qmap-connect

install-tools: tools
	$(MAKE) -C tools/qmap-connect install
	$(MAKE) -C tools/qmap-report install
	$(INSTALL) -D -m 644 70-qmap-wwan.link $(LINK_EXAMPLE)

# Debian's headers call themselves otherwise than the directory of their modules.
release = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h)

# Of both.
uninstall:
	rm -f $(INSTALL_MOD_PATH)/lib/modules/$(release)/*/qmap-wwan.ko*
	rm -f $(MODPROBE_CONF) $(LINK_EXAMPLE)
	$(MAKE) -C tools/qmap-connect uninstall
	$(MAKE) -C tools/qcqmid uninstall
	$(MAKE) -C tools/qmap-report uninstall

clean:
	$(kbuild) clean

demo:
	tests/demo.sh

check:
	tests/setup
	tests/run

check-all:
	tests/setup
	KERNEL=all RESULTS=tests/results tests/run

throughput:
	tests/throughput.sh

lint:
	tests/setup
	tests/lint

fuzz:
	tests/setup
	tests/fuzz/run

bench:
	tests/setup
	tests/bench/run

bench-check:
	tests/setup
	tests/bench/run check

help:
	@echo 'make                  build qmap-wwan.ko for the running kernel'
	@echo 'make KDIR=/path       build it for the kernel whose headers are there'
	@echo 'make install          install it, and /etc/modprobe.d/qmap_wwan.conf (as root)'
	@echo 'make sign             sign it for Secure Boot, by SIGN_KEY and SIGN_CERT (those of dkms)'
	@echo 'make clean            remove what was built'
	@echo 'make tools            build qmap-connect, which needs libqmi-glib-dev'
	@echo 'make -C tools/qcqmid  build qcqmid, for programs of GobiNet; it needs libfuse3-dev'
	@echo 'make install-tools    install qmap-connect, qmap-report, udev rule, unit and man pages (as root)'
	@echo 'make uninstall        remove all that was installed'
	@echo 'tools/qmap-report/qmap-report     name what is wrong, print what a maintainer asks for'
	@echo
	@echo 'make demo             watch four data calls over a virtual modem'
	@echo 'make check            run the cases on Debian 6.12, one on seven other kernels'
	@echo 'LONG=1 make check     and the cases of packages, which compile for minutes'
	@echo 'make check-all        run every case on every kernel and processor: a night'
	@echo 'make check KERNEL=uml run them under KASAN, lockdep and kmemleak; or KERNEL=debug'
	@echo 'make throughput       measure the driver beside the in-tree ones'
	@echo 'make bench            what a packet costs, beside the in-tree drivers'
	@echo 'make bench-check      three rows of it against tests/bench/baseline'
	@echo 'make fuzz             try the parsers on any bytes, a minute; TIME=3600: hours'
	@echo 'make lint             check the sources; silent if all is well'
	@echo
	@echo 'KERNEL=6.12 CASE=name tests/run   run one case; tests/run tells more'

.PHONY: modules modules_install install sign tools install-tools uninstall clean demo check check-all throughput lint fuzz help bench bench-check
