// SPDX-License-Identifier: GPL-2.0-only
/* QMI wireless data administrative service: the format of data on the bulk endpoints. */
#include "modem.h"
#include "util.h"

#define UL_DATAGRAMS	11
#define UL_SIZE		8192
#define ENDPOINT_HSUSB	2
#define DATAGRAM_USUAL	512	/* as modems count: so many bytes, so many datagrams */

void wda_reset(struct modem *m)
{
	m->format = (struct data_format){
		.link = product_is_legacy(m->product) ? LINK_ETHERNET : LINK_IP,
	};
}

/* Like the firmware, does not refuse an unknown protocol, but switches aggregation off. */
static uint32_t agree_protocol(const struct product *product, uint32_t wanted)
{
	if (wanted == AGGREGATION_QMAP || (wanted == AGGREGATION_QMAPV5 && product->v5))
		return wanted;
	return AGGREGATION_NONE;
}

/* 0 or no value means: as much as the modem can. */
static uint32_t agree_limit(uint32_t wanted, uint32_t limit)
{
	return wanted && wanted < limit ? wanted : limit;
}

static uint32_t dl_size_limit(const struct modem *m)
{
	return m->opt.dl_size ? m->opt.dl_size : m->product->dl_size;
}

static uint32_t ul_size_limit(const struct modem *m)
{
	return m->opt.ul_size ? m->opt.ul_size : UL_SIZE;
}

static uint32_t dl_datagrams_limit(const struct modem *m)
{
	return m->opt.dl_size ? m->opt.dl_size / DATAGRAM_USUAL : m->product->dl_datagrams;
}

static enum qmi_error check_endpoint(struct modem *m, const struct qmi_request *req, uint8_t type)
{
	uint8_t raw[8];
	enum qmi_error error = qmi_get_bytes(req, type, raw, sizeof(raw));

	if (error)
		return qmi_optional(error);
	if (get_le32(raw) != ENDPOINT_HSUSB || get_le32(raw + 4) != m->product->interface)
		return QMI_ERR_INVALID_ARG;
	return QMI_OK;
}

static void put_format(const struct data_format *f, struct qmi_reply *rsp)
{
	qmi_put_u8(rsp, 0x10, 0);
	qmi_put_u32(rsp, 0x11, f->link);
	qmi_put_u32(rsp, 0x12, f->ul_protocol);
	qmi_put_u32(rsp, 0x13, f->dl_protocol);
	qmi_put_u32(rsp, 0x15, f->dl_datagrams);
	qmi_put_u32(rsp, 0x16, f->dl_size);
	qmi_put_u32(rsp, 0x17, f->ul_datagrams);
	qmi_put_u32(rsp, 0x18, f->ul_size);
	qmi_put_u32(rsp, 0x1a, 0);
}

/* Changes only the fields of @f that the request has. */
static enum qmi_error read_format(const struct qmi_request *req, struct data_format *f)
{
	const struct { uint8_t type; uint32_t *value; } fields[] = {
		{ 0x11, &f->link }, { 0x12, &f->ul_protocol }, { 0x13, &f->dl_protocol },
		{ 0x15, &f->dl_datagrams }, { 0x16, &f->dl_size },
		{ 0x1b, &f->ul_datagrams }, { 0x1c, &f->ul_size },
	};
	enum qmi_error error;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		error = qmi_optional(qmi_get_u32(req, fields[i].type, fields[i].value));
		if (error)
			return error;
	}
	return QMI_OK;
}

void wda_agree(struct modem *m, const struct data_format *wanted)
{
	struct data_format f = { .link = LINK_IP };

	f.ul_protocol = agree_protocol(m->product, wanted->ul_protocol);
	f.dl_protocol = agree_protocol(m->product, wanted->dl_protocol);
	if (f.dl_protocol) {
		f.dl_datagrams = agree_limit(wanted->dl_datagrams, dl_datagrams_limit(m));
		f.dl_size = agree_limit(wanted->dl_size, dl_size_limit(m));
	}
	if (f.ul_protocol) {
		f.ul_datagrams = agree_limit(wanted->ul_datagrams, UL_DATAGRAMS);
		f.ul_size = agree_limit(wanted->ul_size, ul_size_limit(m));
	}
	downlink_close(m);
	m->format = f;
}

static enum qmi_error set_data_format(struct modem *m, struct qmi_client *client,
				      const struct qmi_request *req, struct qmi_reply *rsp)
{
	struct data_format wanted = { .link = LINK_IP };
	enum qmi_error error = check_endpoint(m, req, 0x17);

	(void)client;
	if (!error)
		error = read_format(req, &wanted);
	if (error)
		return error;
	wda_agree(m, &wanted);
	put_format(&m->format, rsp);
	return QMI_OK;
}

static enum qmi_error get_data_format(struct modem *m, struct qmi_client *client,
				      const struct qmi_request *req, struct qmi_reply *rsp)
{
	enum qmi_error error = check_endpoint(m, req, 0x10);

	(void)client;
	if (error)
		return error;
	put_format(&m->format, rsp);
	return QMI_OK;
}

static const struct qmi_message messages[] = {
	{ 0x0020, "SET_DATA_FORMAT", set_data_format },
	{ 0x0021, "GET_DATA_FORMAT", get_data_format },
};

const struct qmi_service_info qmi_wda = {
	QMI_WDA, "WDA", 1, 16, messages, ARRAY_SIZE(messages),
};
