/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef USBIP_H
#define USBIP_H

#include "transport.h"

/* PDUs, drawn in usbip.c */
#define PDU_SIZE	48
#define DIR_IN		1
#define URB_ZERO_PACKET	0x40

enum { CMD_SUBMIT = 1, CMD_UNLINK = 2, RET_SUBMIT = 3, RET_UNLINK = 4 };

void usbip_put_return(uint8_t pdu[PDU_SIZE], uint32_t command, uint32_t seqnum, int32_t status);

/* Attach a device to vhci_hcd. Returns its socket, or -errno. */
int usbip_connect(enum usb_device_speed speed);

#endif
