// SPDX-License-Identifier: GPL-2.0-only
#include "data_format.h"

/* The modem may have granted less than was asked for, and would do so again. */
bool format_is_agreed(const struct data_format *has, const struct data_format *wants)
{
	if (has->link != wants->link || has->protocol != wants->protocol)
		return false;
	if (wants->protocol == AGGREGATION_NONE)
		return true;
	return has->dl_size && has->dl_size <= wants->dl_size &&
	       has->ul_datagrams && has->ul_datagrams <= wants->ul_datagrams &&
	       has->ul_size && has->ul_size <= wants->ul_size;
}

/* What is not told is not granted: one packet in a transfer. */
void format_take_uplink(struct data_format *f, guint32 size, guint32 datagrams)
{
	f->ul_datagrams = datagrams ? MIN(datagrams, f->ul_datagrams) : 1;
	f->ul_size = size ? MIN(size, f->ul_size) : f->ul_size;
}
