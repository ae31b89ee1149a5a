// SPDX-License-Identifier: GPL-2.0-only
/* QMAP frames, in both directions. */
#include "../modem/ip.h"
#include "../modem/qmap.h"
#include "../modem/util.h"
#include "jobs.h"

#define RAW_IP(byte)	(((byte) & 0xfc) == 0x44)	/* no QMAP header looks so */

unsigned int frame_overhead(const struct job *job)
{
	return job->v5 ? QMAP_HEADER + QMAP_CSUM_HEADER : QMAP_HEADER;
}

unsigned int frames_per_transfer(const struct job *job)
{
	return job->transfer / (frame_overhead(job) + align4(job->packet));
}

unsigned int put_frame(uint8_t *frame, const struct job *job, unsigned int link, unsigned int len)
{
	uint32_t protocol = job->v5 ? AGGREGATION_QMAPV5 : AGGREGATION_QMAP;

	return qmap_encode(frame, protocol, MUX_ID(link), len, job->v5);
}

/* In-tree qmimux leaves out the padding, and the null driver all of QMAP. */
void next_frame(const struct out_transfer *out, struct uplink_frame *f)
{
	const uint8_t *p = out->data + f->offset;
	uint32_t left = out->len - f->offset, header = QMAP_HEADER, len;

	f->packet = NULL;
	if (left < QMAP_HEADER)
		return;
	if (RAW_IP(p[0])) {
		header = 0;
		len = left;
	} else {
		len = get_be16(p + 2);
		if (p[0] & QMAP_NEXT_HEADER)
			header += QMAP_CSUM_HEADER;
	}
	f->compute = header > QMAP_HEADER && p[5] & QMAP_CSUM_FLAG;
	if (left < header + len || len < IP4_HEADER)
		return;
	f->packet = p + header;
	f->len = get_be16(f->packet + 2);
	f->offset += header + len;
}

void count_transfer(struct work *w, const struct out_transfer *out, unsigned int frames)
{
	struct result *r = w->result;

	r->transfers++;
	r->frames += frames;
	if (r->longest < out->len)
		r->longest = out->len;
	if (r->most_frames < frames)
		r->most_frames = frames;
}

/* Where the modem is asked to fill it in, any is. */
bool checksum_is_right(const struct uplink_frame *f)
{
	return f->compute ||
	       (ip_family(f->packet, f->len) == 4 && ip_checksum_is_right(f->packet, f->len));
}
