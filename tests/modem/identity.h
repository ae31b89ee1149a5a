/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IDENTITY_H
#define IDENTITY_H

/* The identity of modem and card, the same by QMI, by AT and in the files of the card. */

#define IMEI	"004999010640000"	/* of the test range */
#define MEID	"FF000001234567"
#define ICCID	"8900101000000000001"
#define IMSI	"001010000000001"
#define MSISDN	"15550100"

/* The test network */
#define MCC	1
#define MNC	1
#define PLMN	"00101"
#define NETWORK	"QMAP test"

#endif
