/* SPDX-License-Identifier: GPL-2.0-only */
/* The linker's --wrap: who calls qmap_decode() gets the one that counts. */
#ifndef WRAP_H
#define WRAP_H

#include "../../qmap_agg.h"

enum qmap_counter __real_qmap_decode(const u8 *buf, unsigned int len, struct qmap_frame *frame);
enum qmap_counter __wrap_qmap_decode(const u8 *buf, unsigned int len, struct qmap_frame *frame);

#endif
