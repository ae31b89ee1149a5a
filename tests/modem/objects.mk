# SPDX-License-Identifier: GPL-2.0-only
# The modem without its front ends and its scripts of faults: what every program that plays
# a modem is made of.
MODEM_CORE := modem.o loop.o products.o desc.o broken.o usb.o qmi.o qmi_ctl.o qmi_wda.o \
	qmi_wds.o qmi_profile.o qmi_dms.o qmi_nas.o qmi_uim.o qmi_pdc.o card.o serial.o at.o \
	diag.o call.o pdn.o ip.o dhcp.o ndp.o ethernet.o qmap.o downlink.o uplink.o fault.o \
	stats.o trace.o
