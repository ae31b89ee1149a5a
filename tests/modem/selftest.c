// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modem checked without a kernel: a front end that only records, and sockets in the place of
 * the TUN devices. Prints TAP.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ip.h"
#include "modem.h"
#include "mutate.h"
#include "qmap.h"
#include "util.h"

static struct modem modem;
static struct modem *const m = &modem;
static int network[2];			/* what TUN devices would be connected to */
static unsigned int checks, failures;

/* The last completion */
static struct {
	unsigned int count;
	uint32_t id;
	int status;
	size_t len;
	uint8_t data[65536];
} done;

static void check(bool ok, const char *what)
{
	checks++;
	failures += !ok;
	printf("%sok %u - %s\n", ok ? "" : "not ", checks, what);
}

static void check_number(unsigned long actual, unsigned long expected, const char *what)
{
	check(actual == expected, what);
	if (actual != expected)
		printf("# expected %lu (0x%lx), got %lu (0x%lx)\n", expected, expected, actual,
		       actual);
}

/* The front end */

static int plug(struct transport *t, enum usb_device_speed speed)
{
	(void)t, (void)speed;
	return 0;
}

static void nothing(struct transport *t)
{
	(void)t;
}

static void complete(struct transport *t, const struct urb *urb, int status, const void *data,
		     size_t len)
{
	(void)t;
	done.count++;
	done.id = urb->id;
	done.status = status;
	done.len = len;
	if (len)
		memcpy(done.data, data, len);
}

static struct transport recorder = { plug, nothing, complete, nothing };

static void submit(uint8_t ep, const uint8_t *setup, const void *data, size_t len, bool zero)
{
	static uint32_t id;
	struct urb *urb = calloc(1, sizeof(*urb) + len);

	urb->id = ++id;
	urb->ep = ep;
	urb->length = len;
	urb->zero_packet = zero;
	if (setup)
		memcpy(urb->setup, setup, 8);
	if (data)
		memcpy(urb->data, data, len);
	usb_submit(m, urb);
}

static void control(uint8_t type, uint8_t request, uint16_t value, uint16_t index,
		    const void *data, size_t len)
{
	uint8_t setup[8] = { type, request };

	put_le16(setup + 2, value);
	put_le16(setup + 4, index);
	put_le16(setup + 6, len);
	submit(type & 0x80, setup, data, len, false);
}

/* Power on, with two PDNs. */
static void boot(const char *product)
{
	unsigned int i;

	if (m->usb.plugged)
		usb_unplug(m);
	m->product = product_find(product);
	m->opt = (struct options){ .mtu = 1430, .vid = m->product->vid, .pid = m->product->pid };
	m->opt.speed = m->product->super ? USB_SPEED_SUPER : USB_SPEED_HIGH;
	m->pdns = 2;
	for (i = 0; i < m->pdns; i++) {
		m->pdn[i].number = i + 1;
		m->pdn[i].profile = i + 1;
		m->pdn[i].tun.fd = network[0];
		m->pdn[i].readable = false;
		snprintf(m->pdn[i].apn, sizeof(m->pdn[i].apn), "apn%u", i + 1);
	}
	profile_init(m);
	modem_reset(m);
	stats_reset(m);
	usb_plug(m);
}

/* QMI */

static void send_qmi(uint8_t service, uint8_t client, uint16_t message, const void *tlvs,
		     size_t len)
{
	uint8_t frame[512] = { 1, 0, 0, 0, service, client, 0, 1 };
	size_t header = service == QMI_CTL ? 12 : 13;

	put_le16(frame + header - 4, message);
	put_le16(frame + header - 2, len);
	if (len)
		memcpy(frame + header, tlvs, len);
	put_le16(frame + 1, header + len - 1);
	control(0x21, 0, 0, m->product->interface, frame, header + len);
}

static void fetch_qmi(void)
{
	control(0xa1, 1, 0, m->product->interface, NULL, 4096);
}

/* The error in the answer; the answer stays in "done". */
static uint16_t qmi(uint8_t service, uint8_t client, uint16_t message, const char *tlvs, size_t len)
{
	size_t header = service == QMI_CTL ? 12 : 13;

	send_qmi(service, client, message, tlvs, len);
	fetch_qmi();
	return done.len >= header + 7 ? get_le16(done.data + header + 5) : 0xffff;
}

/* A literal's bytes without its NUL */
#define TLV(bytes)	bytes, sizeof(bytes) - 1

static uint8_t *answer_tlv(uint8_t service, uint8_t type)
{
	uint8_t *tlv = done.data + (service == QMI_CTL ? 12 : 13);

	while (tlv < done.data + done.len && *tlv != type)
		tlv += 3 + get_le16(tlv + 1);
	return tlv < done.data + done.len ? tlv + 3 : NULL;
}

static unsigned int answer_u8(uint8_t service, uint8_t type)
{
	uint8_t *value = answer_tlv(service, type);

	return value ? *value : ~0u;
}

static uint32_t answer_u32(uint8_t service, uint8_t type)
{
	uint8_t *value = answer_tlv(service, type);

	return value ? get_le32(value) : ~0u;
}

static uint8_t new_client(uint8_t service)
{
	char tlv[] = { 1, 1, 0, service };

	qmi(QMI_CTL, 0, 0x22, tlv, sizeof(tlv));
	return answer_tlv(QMI_CTL, 1)[1];
}

static void forget_indications(void)
{
	do
		fetch_qmi();
	while (done.len);
}

/* A connected IPv4 call on @mux_id, data in @protocol both ways. */
static uint8_t set_up(const char *product, uint8_t protocol, uint8_t mux_id)
{
	char format[] = { 0x12, 4, 0, protocol, 0, 0, 0, 0x13, 4, 0, protocol, 0, 0, 0 };
	char bind[] = { 0x11, 1, 0, mux_id };
	uint8_t client;

	boot(product);
	control(0x21, 0x22, 1, m->product->interface, NULL, 0);
	if (protocol)
		qmi(QMI_WDA, new_client(QMI_WDA), 0x20, format, sizeof(format));
	client = new_client(QMI_WDS);
	qmi(QMI_WDS, client, 0xa2, bind, sizeof(bind));
	qmi(QMI_WDS, client, 0x20, NULL, 0);
	forget_indications();
	return client;
}

static uint8_t boot_with_client(const char *product, uint8_t service)
{
	boot(product);
	control(0x21, 0x22, 1, m->product->interface, NULL, 0);
	return new_client(service);
}

static void test_descriptors(void)
{
	boot("ec25");
	control(0x80, 6, 0x0200, 0, NULL, 512);
	check_number(get_le16(done.data + 2), done.len, "EC25: wTotalLength is the length");
	check_number(done.data[4], 5, "EC25: 5 interfaces");
	check_number(m->usb.ep_in, 0x88, "EC25: bulk IN of QMI is 88");
	check_number(m->usb.ep_notify, 0x89, "EC25: interrupt IN of QMI is 89");
	control(0x80, 6, 0x0f00, 0, NULL, 512);
	check_number(done.status, -EPIPE, "EC25: no BOS on high speed");
	boot("rm520");
	control(0x80, 6, 0x0100, 0, NULL, 18);
	check_number(done.data[7], 9, "RM520: bMaxPacketSize0 is 9 on SuperSpeed");
	control(0x80, 6, 0x0f00, 0, NULL, 512);
	check_number(get_le16(done.data + 2), done.len, "RM520: BOS is as long as it says");
}

static void test_halt(void)
{
	boot("ec25");
	m->opt.halted = true;
	control(0x00, 9, 1, 0, NULL, 0);
	submit(m->usb.ep_in, NULL, NULL, 4096, false);
	check_number(done.status, -EPIPE, "halted bulk IN answers -EPIPE");
	control(0x02, 1, 0, m->usb.ep_in, NULL, 0);
	done.count = 0;
	submit(m->usb.ep_in, NULL, NULL, 4096, false);
	check_number(done.count, 0, "cleared bulk IN keeps the URB");
	check_number(m->stats.count[STAT_halts_cleared], 1, "the cleared halt was counted");
}

static void test_control_faults(void)
{
	boot("ec25");
	m->usb.control_fault = (struct fault){
		.narrow = true, .request = 0x22, .status = -EPROTO, .count = 1,
	};
	control(0x80, 0, 0, 0, NULL, 2);
	check_number(done.status, 0, "another request is answered");
	control(0x21, 0x22, 1, 4, NULL, 0);
	check_number(done.status, -EPROTO, "a request fails as ordered");
	check_number(m->usb.dtr, false, "and has no effect");
	control(0x21, 0x22, 1, 4, NULL, 0);
	check_number(done.status, 0, "the next one does not fail");

	m->usb.control_fault = (struct fault){ .narrow = true, .request = 0x22, .silent = true };
	done.count = 0;
	control(0x21, 0x22, 0, 4, NULL, 0);
	control(0x80, 0, 0, 0, NULL, 2);
	check_number(done.count, 0, "behind a request without answer others wait");
	usb_unlink(m, done.id + 1);
	check_number(done.count, 1, "until it is taken back");
	check_number(m->usb.dtr, true, "and it had no effect");
}

static void test_qmi_errors(void)
{
	uint8_t client;

	boot("ec25");
	check_number(qmi(QMI_CTL, 0, 0x27, NULL, 0), 0xffff, "no QMI without DTR");
	control(0x21, 0x22, 1, 4, NULL, 0);
	check_number(qmi(QMI_CTL, 0, 0x27, NULL, 0), QMI_OK, "SYNC with DTR");
	client = new_client(QMI_WDS);
	check_number(qmi(QMI_CTL, 0, 0x22, TLV("\x01\x01\x00\x77")), 31, "unknown service");
	check_number(qmi(QMI_CTL, 0, 0x22, NULL, 0), 17, "missing argument");
	check_number(qmi(QMI_CTL, 0, 0x22, TLV("\x01\x02\x00\x01\x01")), 1, "TLV too long");
	check_number(qmi(QMI_WDS, client, 0x4d, TLV("\x01\x05\x00\x04")), 1, "TLV overrun");
	check_number(qmi(QMI_WDS, client, 0x1234, NULL, 0), 71, "unknown message");
	check_number(qmi(QMI_WDS, client + 1, 0x2d, NULL, 0), 7, "unknown client");
	check_number(qmi(QMI_WDS, client, 0x2d, NULL, 0), 15, "out of call");
	check_number(qmi(QMI_WDS, client, 0x20, TLV("\x14\x04\x00none")), 14, "unknown APN");
	check_number(qmi(QMI_WDS, client, 0x20, TLV("\x31\x01\x00\x09")), 10, "unknown profile");
	check_number(qmi(QMI_WDS, client, 0x4d, TLV("\x01\x01\x00\x05")), 64, "unknown family");
	check_number(qmi(QMI_WDS, client, 0xa2, TLV("\x10\x08\x00\x02\0\0\0\x03\0\0\0")), 48,
		     "another interface");
	check_number(qmi(QMI_WDS, client, 0x21, TLV("\x01\x04\x00\x01\0\0\0")), 9, "bad handle");
	boot("uc20");
	check_number(qmi(QMI_CTL, 0, 0x22, TLV("\x01\x01\x00\x1a")), 31, "UC20 has no WDA");
}

static void test_data_format(void)
{
	uint8_t client;

	boot("ec25");
	control(0x21, 0x22, 1, 4, NULL, 0);
	client = new_client(QMI_WDA);
	qmi(QMI_WDA, client, 0x20, TLV("\x12\x04\x00\x05\0\0\0\x13\x04\x00\x09\0\0\0"
				       "\x16\x04\x00\x00\x80\0\0\x1b\x04\x00\x04\0\0\0"
				       "\x1c\x04\x00\x00\x08\0\0"));
	check_number(answer_u32(QMI_WDA, 0x12), 5, "uplink QMAP accepted");
	check_number(answer_u32(QMI_WDA, 0x13), 0, "downlink QMAPv5 switched off on EC25");
	check_number(answer_u32(QMI_WDA, 0x17), 4, "the host's limit of uplink datagrams");
	check_number(answer_u32(QMI_WDA, 0x18), 2048, "the host's limit of uplink bytes");
	qmi(QMI_WDA, client, 0x20, TLV("\x13\x04\x00\x05\0\0\0\x16\x04\x00\x00\x80\0\0"));
	check_number(answer_u32(QMI_WDA, 0x16), 4096, "the modem's limit of downlink bytes");
	qmi(QMI_WDA, client, 0x20, TLV("\x13\x04\x00\x05\0\0\0\x16\x04\x00\x00\x08\0\0"));
	check_number(answer_u32(QMI_WDA, 0x16), 2048, "the host's limit of downlink bytes");
}

static void test_calls(void)
{
	uint8_t client = set_up("ec25", 5, 0x82), other;
	uint32_t mask = 0x2310;
	char want[] = { 0x10, 4, 0, mask & 0xff, mask >> 8, 0, 0 };

	check_number(qmi(QMI_WDS, client, 0x20, NULL, 0), 26, "starting twice has no effect");
	check_number(qmi(QMI_WDS, client, 0x2d, want, sizeof(want)), QMI_OK, "runtime settings");
	check_number(answer_u32(QMI_WDS, 0x1e), 0x0a400202, "PDN 2 goes with mux id 82");
	check_number(answer_u32(QMI_WDS, 0x29), 1430, "the network's MTU");
	check(!answer_tlv(QMI_WDS, 0x14), "no APN, as it was not asked for");
	other = new_client(QMI_WDS);
	check_number(qmi(QMI_WDS, other, 0x2d, NULL, 0), 15, "another mux id is out of call");
	call_end(m, &m->pdn[1].call[0], CALL_END_NETWORK);
	call_report(m);
	fetch_qmi();
	check_number(done.data[5], client, "dropped: indication to the owner");
	check_number(done.data[6], 4, "dropped: it is an indication");
	check_number(answer_tlv(QMI_WDS, 1)[0], 1, "dropped: disconnected");
	fetch_qmi();
	check_number(done.len, 0, "dropped: no indication to others");
}

/* Who matches answers by service, client and id alone must not take one for the other. */
static void test_indication_ids(void)
{
	uint8_t client = set_up("ec25", 5, 0x82), nas = new_client(QMI_NAS);

	qmi(QMI_NAS, nas, 0x03, TLV("\x13\x01\x00\x01"));
	qmi(QMI_DMS, new_client(QMI_DMS), 0x2e, TLV("\x01\x01\x00\x01"));
	fetch_qmi();
	check_number(done.data[5], nas, "low power: NAS is told");
	check_number(get_le16(done.data + 7), 1, "it is the first word to this client");
	fetch_qmi();
	check_number(done.data[5], client, "low power: WDS is told");
	check_number(get_le16(done.data + 7), 2, "it is the second word to that one");
}

static void test_profiles(void)
{
	uint8_t client = boot_with_client("ec25", QMI_WDS);

	check_number(qmi(QMI_WDS, client, 0x2b, TLV("\x01\x02\x00\x00\x02")), QMI_OK,
		     "settings of profile 2");
	check_number(answer_u8(QMI_WDS, 0x25), 2, "its PDP context has its number");
	check_number(qmi(QMI_WDS, client, 0x2b, TLV("\x01\x02\x00\x00\x03")), 10,
		     "no profile 3");
	check_number(qmi(QMI_WDS, client, 0x27, TLV("\x01\x01\x00\x00\x11\x01\x00\x02"
						    "\x14\x04\x00" "apn2" "\x1b\x01\x00u")),
		     QMI_OK, "a profile is created");
	check(answer_tlv(QMI_WDS, 1) && answer_tlv(QMI_WDS, 1)[1] == 3, "it is profile 3");
	qmi(QMI_WDS, client, 0x28, TLV("\x01\x02\x00\x00\x03\x1d\x01\x00\x02"));
	qmi(QMI_WDS, client, 0x2b, TLV("\x01\x02\x00\x00\x03"));
	check_number(answer_u8(QMI_WDS, 0x11), 2, "of IPv6, as was said");
	check_number(answer_u8(QMI_WDS, 0x1b), 'u', "with a user");
	check_number(answer_u8(QMI_WDS, 0x1d), 2, "and, modified, with CHAP");
	qmi(QMI_WDS, client, 0x2a, TLV("\x10\x01\x00\x00"));
	check_number(answer_u8(QMI_WDS, 1), 3, "there are 3 profiles");
	check_number(qmi(QMI_WDS, client, 0x20, TLV("\x31\x01\x00\x03")), QMI_OK, "it dials");
	check(m->pdn[1].call[0].up, "the PDN of its APN");
	forget_indications();
	check_number(qmi(QMI_WDS, client, 0x29, TLV("\x01\x02\x00\x00\x02")), 70,
		     "what the network has cannot be deleted");
	check_number(qmi(QMI_WDS, client, 0x29, TLV("\x01\x02\x00\x00\x03")), QMI_OK,
		     "what was created can");
	check_number(qmi(QMI_WDS, client, 0x4a, TLV("\x01\x03\x00\x00\x01\x03")), 10,
		     "and is no default then");
	qmi(QMI_WDS, client, 0x4a, TLV("\x01\x03\x00\x00\x01\x02"));
	qmi(QMI_WDS, client, 0x49, TLV("\x01\x02\x00\x00\x01"));
	check_number(answer_u8(QMI_WDS, 1), 2, "profile 2 is the host's default");
	check_number(qmi(QMI_WDS, client, 0x49, TLV("\x01\x02\x00\x01\x00")), 30,
		     "no default of 3GPP2");
}

static void test_stop(void)
{
	uint8_t client = set_up("ec25", 5, 0x82), other = new_client(QMI_WDS);

	check_number(qmi(QMI_WDS, other, 0x21, TLV("\x01\x04\x00\xff\xff\xff\xff")), 26,
		     "another mux id has no call to stop");
	qmi(QMI_WDS, other, 0xa2, TLV("\x11\x01\x00\x82"));
	check_number(qmi(QMI_WDS, other, 0x21, TLV("\x01\x04\x00\xff\xff\xff\xff")), QMI_OK,
		     "whose call it is does not matter for handle ffffffff");
	check(!m->pdn[1].call[0].up, "it is down");
	forget_indications();
	qmi(QMI_WDS, client, 0x20, TLV("\x33\x01\x00\x01"));
	forget_indications();
	qmi(QMI_WDS, client, 0x34, NULL, 0);
	check_number(answer_u8(QMI_WDS, 1), 1, "dialled with autoconnect: it is on");
	qmi(QMI_WDS, client, 0x21, TLV("\x01\x04\x00\xff\xff\xff\xff\x10\x01\x00\x01"));
	forget_indications();
	qmi(QMI_WDS, client, 0x34, NULL, 0);
	check_number(answer_u8(QMI_WDS, 1), 0, "stopped without: it is off");
	qmi(QMI_WDS, client, 0x51, TLV("\x01\x01\x00\x02\x10\x01\x00\x01"));
	qmi(QMI_WDS, client, 0x34, NULL, 0);
	check_number(answer_u8(QMI_WDS, 1), 2, "autoconnect is set");
	check_number(answer_u8(QMI_WDS, 0x10), 1, "and for which networks");
}

static void test_revoke(void)
{
	uint8_t client = set_up("ec25", 5, 0x81);
	unsigned int revoked = 0;

	qmi_client_revoke_all(m);
	check(!m->pdn[0].call[0].up, "revoked: the call is gone");
	for (fetch_qmi(); done.len; fetch_qmi()) {
		check_number(done.data[4], QMI_CTL, "revoked: CTL tells");
		check_number(done.data[6], 2, "by an indication");
		check_number(get_le16(done.data + 8), 0x24, "which is REVOKE_CLIENT_ID");
		revoked += get_le16(answer_tlv(QMI_CTL, 1)) == (QMI_WDS | client << 8);
	}
	check_number(revoked, 1, "and names the client");
	check_number(qmi(QMI_WDS, client, 0x22, NULL, 0), 7, "which is not known any more");
}

static void fetch_pdc_result(void)
{
	check(!m->qmi.queue, "nothing comes with the response");
	pdc_report(m);
	fetch_qmi();
}

/* What is asked for comes later than the response. */
static void test_pdc(void)
{
	uint8_t pdc = boot_with_client("ec25", QMI_PDC), id[20];
	char info[28] = { 1, 25, 0, 1, 0, 0, 0, 20 };

	check_number(qmi(QMI_PDC, pdc, 0x24, TLV("\x10\x04\x00\x77\0\0\0\x11\x04\x00\x01\0\0\0")),
		     QMI_OK, "configurations are to be listed");
	fetch_pdc_result();
	check_number(done.data[6], 4, "the list is an indication");
	check_number(answer_u32(QMI_PDC, 0x10), 0x77, "with the token");
	check_number(answer_u8(QMI_PDC, 0x11), 1, "it has one");
	memcpy(id, answer_tlv(QMI_PDC, 0x11) + 6, sizeof(id));
	qmi(QMI_PDC, pdc, 0x22, TLV("\x01\x04\x00\x01\0\0\0"));
	fetch_pdc_result();
	check(!memcmp(answer_tlv(QMI_PDC, 0x11) + 1, id, sizeof(id)), "which is in use");
	memcpy(info + 8, id, sizeof(id));
	qmi(QMI_PDC, pdc, 0x28, info, sizeof(info));
	fetch_pdc_result();
	check(!memcmp(answer_tlv(QMI_PDC, 0x12), "\x10ROW_Generic_3GPP", 17), "and has a name");
	info[9]++;
	qmi(QMI_PDC, pdc, 0x28, info, sizeof(info));
	fetch_pdc_result();
	check_number(get_le16(answer_tlv(QMI_PDC, 1)), 48, "another is not known");
	boot("uc20");
	check_number(qmi(QMI_CTL, 0, 0x22, TLV("\x01\x01\x00\x1a")), 31, "UC20 has no WDA still");
}

static void test_release_ends_call(void)
{
	uint8_t client = set_up("ec25", 5, 0x81);
	char who[] = { 1, 2, 0, QMI_WDS, client };

	check(m->pdn[0].call[0].up, "call is up");
	check_number(qmi(QMI_CTL, 0, 0x23, who, sizeof(who)), QMI_OK, "client released");
	check(!m->pdn[0].call[0].up, "its call went with it");
	check_number(qmi(QMI_CTL, 0, 0x23, who, sizeof(who)), 7, "released twice: no such client");
}

/* Registration */

static uint8_t registration(uint8_t nas)
{
	qmi(QMI_NAS, nas, 0x24, NULL, 0);
	return answer_tlv(QMI_NAS, 1)[0];
}

static void test_registration(void)
{
	uint8_t nas = boot_with_client("ec25", QMI_NAS), dms = new_client(QMI_DMS);

	check_number(registration(nas), 1, "registered at boot");
	qmi(QMI_NAS, nas, 0x03, TLV("\x13\x01\x00\x01\x18\x01\x00\x01"));
	qmi(QMI_DMS, dms, 0x2e, TLV("\x01\x01\x00\x01"));
	fetch_qmi();
	check_number(get_le16(done.data + 9), 0x24, "low power: serving system indication");
	check_number(answer_tlv(QMI_NAS, 1)[0], 0, "it says not registered");
	fetch_qmi();
	check_number(get_le16(done.data + 9), 0x4e, "low power: system info indication");
	check_number(answer_tlv(QMI_NAS, 0x14)[0], 0, "it says no service");
	check_number(registration(nas), 0, "low power: not registered");
	check_number(qmi(QMI_NAS, nas, 0x4f, NULL, 0), 74, "low power: no signal");
	qmi(QMI_NAS, nas, 0x03, TLV("\x13\x01\x00\x00\x18\x01\x00\x00"));
	qmi(QMI_DMS, dms, 0x2e, TLV("\x01\x01\x00\x00"));
	fetch_qmi();
	check_number(done.len, 0, "online: no indication to who wants none");
	check_number(registration(nas), 1, "online: registered");
}

static void test_stance(void)
{
	uint8_t client = set_up("ec25", 5, 0x81), nas = new_client(QMI_NAS);

	qmi(QMI_NAS, nas, 0x24, NULL, 0);
	check_number(answer_u8(QMI_NAS, 0x10), 1, "at home");
	check(nas_set_stance(m, "roaming"), "the network is another");
	check_number(registration(nas), 1, "it is registered there");
	check_number(answer_u8(QMI_NAS, 0x10), 0, "and roams");
	check(nas_set_stance(m, "denied"), "the network denies it");
	check(!m->pdn[0].call[0].up, "the call has ended");
	check_number(qmi(QMI_WDS, client, 0x20, NULL, 0), 14, "no other can be made");
	forget_indications();
	check_number(registration(nas), 3, "registration denied");
	m->pdn[0].call[0].refusal = 33;
	nas_set_stance(m, "home");
	check_number(qmi(QMI_WDS, client, 0x20, NULL, 0), 14, "the network refuses a call");
	check(!memcmp(answer_tlv(QMI_WDS, 0x11), TLV("\x06\x00\x21\x00")), "for the cause given");
	m->pdn[0].call[0].refusal = 0;
	nas_set_stance(m, "searching");
	check_number(registration(nas), 2, "searching");
	nas_set_stance(m, "home");
	check_number(registration(nas), 1, "registered again");
	check(!nas_set_stance(m, "elsewhere"), "no such stance");
}

static void test_selection(void)
{
	uint8_t client = set_up("ec25", 5, 0x81), nas = new_client(QMI_NAS);

	qmi(QMI_NAS, nas, 0x34, NULL, 0);
	check_number(get_le16(answer_tlv(QMI_NAS, 0x11)), 0x18, "EC25: 3G and 4G");
	check_number(answer_u32(QMI_NAS, 0x1f), 2, "it is for data in the first place");
	check_number(qmi(QMI_NAS, nas, 0x33, TLV("\x21\x04\x00\x03\0\0\0")), 48, "nothing else");
	qmi(QMI_NAS, nas, 0x33, TLV("\x21\x04\x00\x01\0\0\0"));
	qmi(QMI_NAS, nas, 0x34, NULL, 0);
	check_number(answer_u32(QMI_NAS, 0x1f), 1, "or for speech, if that is wanted");
	check_number(qmi(QMI_NAS, nas, 0x33, TLV("\x11\x02\x00\x40\x00")), 48, "EC25: no 5G");
	check_number(qmi(QMI_NAS, nas, 0x33, TLV("\x16\x05\x00\x01\x06\x01\x02\x00")), QMI_OK,
		     "network 262-02 by hand");
	fetch_qmi();
	check_number(done.data[5], client, "the call's client is told");
	check(!m->pdn[0].call[0].up, "no network, no call");
	check_number(registration(nas), 0, "not registered");
	qmi(QMI_NAS, nas, 0x22, TLV("\x01\x01\x00\x01"));
	check_number(registration(nas), 1, "automatic: registered again");
	qmi(QMI_NAS, nas, 0x33, TLV("\x11\x02\x00\x08\x00"));
	check_number(registration(nas), 0, "3G only: not registered");
}

/* "Service available" in what GET_SYS_INFO says of a radio. */
static bool has_service(uint8_t nas, uint8_t type)
{
	qmi(QMI_NAS, nas, 0x4d, NULL, 0);
	return answer_u8(QMI_NAS, type) == 2;
}

static void test_networks(void)
{
	uint8_t nas = boot_with_client("rm520", QMI_NAS);

	check(has_service(nas, 0x4a), "RM520 is in 5G SA by default");
	check(!answer_tlv(QMI_NAS, 0x14), "and says nothing of LTE");
	m->opt.network = NETWORK_NSA;
	check(has_service(nas, 0x14), "NSA: in LTE");
	check(!answer_tlv(QMI_NAS, 0x4a), "NSA: not in 5G");
	check_number(answer_u8(QMI_NAS, 0x4e), 1, "NSA: 5G beside it");
	qmi(QMI_NAS, nas, 0x4f, NULL, 0);
	check(answer_tlv(QMI_NAS, 0x14) && answer_tlv(QMI_NAS, 0x17), "NSA: signals of both");
	qmi(QMI_NAS, nas, 0x24, NULL, 0);
	check_number(answer_tlv(QMI_NAS, 1)[5], 8, "NSA: the serving system is LTE");
	qmi(QMI_NAS, nas, 0x33, TLV("\x11\x02\x00\x10\x00"));
	check(has_service(nas, 0x14), "NSA, but no 5G wanted: in LTE");
	check_number(answer_u8(QMI_NAS, 0x4e), 0, "and no 5G beside it");
	m->opt.network = NETWORK_LTE;
	check(has_service(nas, 0x14), "LTE: in LTE");
	check_number(answer_u8(QMI_NAS, 0x4e), 0, "LTE: no 5G beside it");
	qmi(QMI_NAS, nas, 0x4f, NULL, 0);
	check(!answer_tlv(QMI_NAS, 0x17), "LTE: no signal of 5G");
}

/* The card */

static void test_card(void)
{
	uint8_t uim = boot_with_client("ec25", QMI_UIM);

	check_number(qmi(QMI_UIM, uim, 0x20, TLV("\x01\x02\x00\x00\x00\x02\x07\x00\x07\x6f\x04"
						 "\x00\x3f\xff\x7f\x03\x04\x00\0\0\0\0")),
		     QMI_OK, "IMSI read");
	check(!memcmp(answer_tlv(QMI_UIM, 0x11), TLV("\x09\x00\x08\x09\x10\x10\0\0\0\0\x10")),
	      "it is 001010000000001");
	check_number(qmi(QMI_UIM, uim, 0x20, TLV("\x01\x02\x00\x00\x00\x02\x07\x00\xe2\x2f\x04"
						 "\x00\x3f\xff\x7f\x03\x04\x00\x08\0\x09\0")),
		     QMI_OK, "ICCID read from byte 8");
	check(!memcmp(answer_tlv(QMI_UIM, 0x11), TLV("\x02\x00\x00\xf1")), "its last digits");
	qmi(QMI_UIM, uim, 0x20, TLV("\x01\x02\x00\x00\x00\x02\x07\x00\x3f\x6f\x04"
				    "\x00\x3f\xff\x7f\x03\x04\x00\0\0\0\0"));
	check(answer_tlv(QMI_UIM, 0x11) && !memcmp(answer_tlv(QMI_UIM, 0x11), TLV("\x01\x00\x52")),
	      "the second group");
	check_number(qmi(QMI_UIM, uim, 0x20, TLV("\x01\x02\x00\x00\x00\x02\x07\x00\x40\x6f\x04"
						 "\x00\x3f\xff\x7f\x03\x04\x00\0\0\0\0")),
		     16, "no such file");
	check(!memcmp(answer_tlv(QMI_UIM, 0x10), "\x6a\x82", 2), "as the card says");
	check_number(qmi(QMI_UIM, uim, 0x20, TLV("\x03\x04\x00\0\0\0\0")), 17, "no file named");
}

static uint8_t application_state(uint8_t uim)
{
	qmi(QMI_UIM, uim, 0x2f, NULL, 0);
	return answer_tlv(QMI_UIM, 0x10)[16];
}

/* The fourth digit is wrong at first. */
static void test_pin(void)
{
	uint8_t uim = boot_with_client("ec25", QMI_UIM), nas = new_client(QMI_NAS);
	char info[] = "\x01\x02\x00\x00\x00\x02\x06\x00\x01\x04" "1230";

	check_number(application_state(uim), 7, "the card is ready");
	m->card = (struct card){ .pin = "1234", .tries = 3 };
	nas_update(m);
	check_number(application_state(uim), 2, "it wants a PIN");
	check_number(registration(nas), 0, "and is not registered without");
	check_number(qmi(QMI_UIM, uim, 0x26, info, 14), 12, "a wrong one");
	check_number(answer_u8(QMI_UIM, 0x10), 2, "leaves two tries");
	info[13] = '4';
	check_number(qmi(QMI_UIM, uim, 0x26, info, 14), QMI_OK, "the right one");
	check_number(application_state(uim), 7, "makes it ready");
	check_number(registration(nas), 1, "and registered");
	m->card = (struct card){ .pin = "1234", .tries = 0 };
	check_number(qmi(QMI_UIM, uim, 0x26, info, 14), 35, "blocked: no PIN helps");
	m->card = (struct card){ .absent = true };
	qmi(QMI_UIM, uim, 0x2f, NULL, 0);
	check_number(answer_tlv(QMI_UIM, 0x10)[9], 0, "no card");
	m->card = (struct card){ 0 };
}

/* Serial interfaces */

static void type(uint8_t ep, const char *bytes, size_t len)
{
	submit(ep, NULL, bytes, len, false);
}

static bool hears(uint8_t ep, const char *expected, size_t len)
{
	done.len = 0;
	submit(ep, NULL, NULL, 512, false);
	return done.len == len && !memcmp(done.data, expected, len);
}

static void test_at(void)
{
	boot("ec25");
	type(0x03, TLV("A"));
	type(0x03, TLV("T\r"));
	check(hears(0x84, TLV("AT\r\r\nOK\r\n")), "AT in two pieces, with echo");
	type(0x03, TLV("ATE0\r"));
	check(hears(0x84, TLV("ATE0\r\r\nOK\r\n")), "echo off");
	type(0x03, TLV("at+cgmm\r"));
	check(hears(0x84, TLV("\r\nEC25\r\n\r\nOK\r\n")), "the model");
	type(0x03, TLV("AT+CRSM=176,28589,0,0,4\r"));
	check(hears(0x84, TLV("\r\n+CRSM: 144,0,\"00000002\"\r\n\r\nOK\r\n")), "a file");
	type(0x03, TLV("AT+CRSM=176,28599,0,0,15\r"));
	check(hears(0x84, TLV("\r\n+CRSM: 144,0,\"11F2FF19F1FFFFFFFFFFFFFFFFFFFF\"\r\n\r\nOK\r\n")),
	      "emergency numbers");
	type(0x03, TLV("AT+CRSM=176,28478,0,0,0\r"));
	check(hears(0x84, TLV("\r\n+CRSM: 144,0,\"51\"\r\n\r\nOK\r\n")), "a group, all of it");
	type(0x03, TLV("AT+CRSM=176,28600,0,0,15\r"));
	check(hears(0x84, TLV("\r\n+CRSM: 106,130\r\n\r\nOK\r\n")), "no file");
	type(0x03, TLV("AT+NONE\r"));
	check(hears(0x84, TLV("\r\nERROR\r\n")), "no such command");
	type(0x04, TLV("AT\r"));
	check(hears(0x86, TLV("AT\r\r\nOK\r\n")), "the other AT port has an echo of its own");
}

static void test_diag(void)
{
	boot("ec25");
	type(0x01, TLV("\x7e\x00\x78\xf0\x7e"));
	submit(0x81, NULL, NULL, 512, false);
	check_number(done.data[0], 0, "version");
	check(!memcmp(done.data + 39, "EC25", 5), "with the model");
	type(0x01, TLV("\x26\x4c\xb4\x7e"));
	done.len = 0;
	submit(0x81, NULL, NULL, 512, false);
	check(done.len == 5 && done.data[0] == 19 && done.data[1] == 0x26, "all else is refused");
	type(0x01, TLV("\x00\x78\xf1\x7e"));
	done.len = 0;
	submit(0x81, NULL, NULL, 512, false);
	check_number(done.len, 0, "a bad checksum is not answered");
}

static void test_codec(void)
{
	static const uint8_t v1[] = { 0x00, 0x81, 0x00, 0x54 };
	static const uint8_t v5[] = { 0x40, 0x81, 0x01, 0x48, 0x04, 0x80, 0x00, 0x00 };
	uint8_t buf[512];

	check_number(qmap_encode(buf, 5, 0x81, 84, false), 88, "v1 frame of 84 bytes");
	check(!memcmp(buf, v1, sizeof(v1)), "v1 header");
	check_number(qmap_encode(buf, 9, 0x81, 328, true), 336, "v5 frame of 328 bytes");
	check(!memcmp(buf, v5, sizeof(v5)), "v5 headers");
	check_number(qmap_encode(buf, 5, 0x81, 85, false), 92, "v1 frame of 85 bytes is padded");
	check_number(buf[0], 3, "by 3");
}

/* Against sums that were not made by this code */
static void test_checksums(void)
{
	uint8_t udp[31] = { [28] = 'a', 'b', 'c' };
	uint8_t ra[IP6_HEADER + 16] = {
		0x60, 0, 0, 0, 0, 16, 58, 255, 0xfe, 0x80, [23] = 1, 0xff, 0x02, [39] = 1,
		[IP6_HEADER] = 134, [IP6_HEADER + 4] = 64, 0, 0xff, 0xff,
	};

	ip_put_udp4(udp, 0x0a400101, 0x0a400102, 67, 68, 3);
	check_number(get_be16(udp + 10), 0x644c, "IPv4 header checksum");
	check_number(get_be16(udp + 26), 0x246c, "UDP checksum over IPv4, odd length");
	check(ip_checksum_is_right(udp, sizeof(udp)), "it is right");
	udp[30] ^= 1;
	check(!ip_checksum_is_right(udp, sizeof(udp)), "and wrong after a bit has changed");
	check(ip_put_checksum(ra, sizeof(ra)), "ICMPv6 has a checksum");
	check_number(get_be16(ra + 42), 0x3c2f, "ICMPv6 checksum");
}

/* Uplink */

static uint8_t transfer[16384];
static size_t transfer_len;

/* A good frame: UDP of @len bytes of IP. */
static uint8_t *add_frame(uint8_t mux_id, size_t len)
{
	uint8_t *frame = transfer + transfer_len;
	uint32_t protocol = m->format.ul_protocol;

	memset(frame, 0, len + 16);
	ip_put_udp4(frame + qmap_overhead(protocol), 0x0a400102, 0x0a400101, 9, 9, len - 28);
	transfer_len += qmap_encode(frame, protocol, mux_id, len, false);
	return frame;
}

static void send_transfer(bool zero)
{
	submit(m->usb.ep_out, NULL, transfer, transfer_len, zero);
	transfer_len = 0;
}

/* The transfer must break one rule, this one, and so many of its packets have got through. */
static void expect_violation(enum violation kind, unsigned int arrived, const char *what)
{
	unsigned int i, others = 0;

	for (i = 0; i < VIOLATION_COUNT; i++)
		others += (int)i == (int)kind ? 0 : m->stats.violation[i];
	check(others == 0, what);
	if (kind != VIOLATION_none)
		check_number(m->stats.violation[kind], 1, what);
	check_number(m->stats.count[STAT_uplink_frames], arrived, what);
	stats_reset(m);
}

static size_t drain(uint8_t *packet, size_t size)
{
	ssize_t len, last = 0;

	while ((len = recv(network[1], packet, size, MSG_DONTWAIT)) > 0)
		last = len;
	return last;
}

static void test_uplink(void)
{
	uint8_t packet[2048];

	set_up("ec25", 5, 0x81);
	add_frame(0x81, 101);
	add_frame(0x81, 60);
	send_transfer(false);
	check_number(m->stats.count[STAT_uplink_frames_max], 2, "two frames in a transfer");
	check_number(drain(packet, sizeof(packet)), 60, "and into the network");
	expect_violation(VIOLATION_none, 2, "a good transfer");
	add_frame(0x81, 508);
	send_transfer(true);
	expect_violation(VIOLATION_none, 1, "a good transfer of 512 bytes");
	add_frame(0x82, 60);
	send_transfer(false);
	check_number(m->stats.count[STAT_uplink_no_call], 1, "mux id without call");
	expect_violation(VIOLATION_none, 1, "mux id without call");
}

static void test_uplink_transfer_rules(void)
{
	unsigned int i;

	set_up("ec25", 5, 0x81);
	add_frame(0x81, 508);
	send_transfer(false);
	expect_violation(VIOLATION_zlp_missing, 0, "512 bytes without a zero-length packet");
	add_frame(0x81, 500);
	send_transfer(true);
	expect_violation(VIOLATION_zlp_needless, 1, "504 bytes with a zero-length packet");
	send_transfer(false);
	expect_violation(VIOLATION_empty_transfer, 0, "empty transfer");
	for (i = 0; i < 12; i++)
		add_frame(0x81, 40);
	send_transfer(false);
	expect_violation(VIOLATION_too_many, 11, "12 datagrams, 11 agreed");
	for (i = 0; i < 6; i++)
		add_frame(0x81, 1400);
	send_transfer(false);
	expect_violation(VIOLATION_too_big, 0, "more than 8192 bytes");
	add_frame(0x81, 100);
	memmove(transfer, transfer + 4, transfer_len);
	transfer_len -= 4;
	send_transfer(false);
	expect_violation(VIOLATION_raw_ip, 0, "IP without QMAP header");
}

static void test_uplink_frame_rules(void)
{
	set_up("ec25", 5, 0x81);
	add_frame(0x81, 100);
	transfer_len += 3;
	send_transfer(false);
	expect_violation(VIOLATION_short_header, 1, "3 bytes left");
	put_be16(add_frame(0x81, 100) + 2, 104);
	send_transfer(false);
	expect_violation(VIOLATION_overrun, 0, "frame longer than the transfer");
	put_be16(add_frame(0x81, 101) + 2, 101);
	transfer[0] = 0;
	transfer_len = 105;
	send_transfer(false);
	expect_violation(VIOLATION_unaligned, 0, "frame without its padding");
	m->opt.unpadded = true;
	put_be16(add_frame(0x81, 101) + 2, 101);
	transfer[0] = 0;
	transfer_len = 105;
	send_transfer(false);
	expect_violation(VIOLATION_none, 1, "where none is wanted");
	m->opt.unpadded = false;
	add_frame(0x81, 100)[0] = 4;
	send_transfer(false);
	expect_violation(VIOLATION_bad_pad, 0, "padding of 4");
	memset(transfer, 0, 4);
	transfer[1] = 0x81;
	transfer_len = 4;
	send_transfer(false);
	expect_violation(VIOLATION_empty_frame, 0, "frame of nothing");
	add_frame(0x99, 100);
	send_transfer(false);
	expect_violation(VIOLATION_unknown_mux, 0, "mux id of nobody");
	add_frame(0x81, 100)[4] = 0x15;
	send_transfer(false);
	expect_violation(VIOLATION_not_ip, 0, "IP version 1");
	add_frame(0x81, 101)[0] = 0;
	send_transfer(false);
	expect_violation(VIOLATION_ip_length, 0, "padding not told in the header");
	add_frame(0x81, 100)[0] = QMAP_COMMAND;
	send_transfer(false);
	expect_violation(VIOLATION_bad_command, 0, "command of 100 bytes");
}

/* In a transfer with good frames before and behind it. */
static void add_frame_of(uint32_t protocol)
{
	uint32_t agreed = m->format.ul_protocol;

	add_frame(0x81, 100);
	m->format.ul_protocol = protocol;
	add_frame(0x81, 100);
	m->format.ul_protocol = agreed;
	add_frame(0x81, 100);
	send_transfer(false);
}

/* One version of QMAP is agreed on for the uplink, whatever the downlink has. */
static void test_uplink_versions(void)
{
	uint8_t ack[QMAP_HEADER + QMAP_COMMAND_SIZE];

	set_up("rm520", 9, 0x81);
	m->format.ul_protocol = AGGREGATION_QMAP;
	add_frame_of(AGGREGATION_QMAP);
	expect_violation(VIOLATION_none, 3, "v1 up, v5 down");
	add_frame_of(AGGREGATION_QMAPV5);
	expect_violation(VIOLATION_v5_unexpected, 1, "a v5 frame where v1 was agreed");
	m->format = (struct data_format){ .link = LINK_IP, .ul_protocol = AGGREGATION_QMAPV5,
		.dl_protocol = AGGREGATION_QMAP, .ul_datagrams = 11, .ul_size = 8192 };
	add_frame_of(AGGREGATION_QMAPV5);
	expect_violation(VIOLATION_none, 3, "v5 up, v1 down");
	add_frame_of(AGGREGATION_QMAP);
	expect_violation(VIOLATION_v5_missing, 1, "a v1 frame where v5 was agreed");
	qmap_encode_command(ack, 0x81, QMAP_FLOW_ENABLE, 1);
	ack[QMAP_HEADER + 1] = QMAP_CMD_ACK;
	submit(m->usb.ep_out, NULL, ack, sizeof(ack), false);
	check_number(m->stats.count[STAT_uplink_acks], 1, "an answer among v5 frames");
	expect_violation(VIOLATION_none, 0, "has no second header");
	ack[0] |= QMAP_NEXT_HEADER;
	submit(m->usb.ep_out, NULL, ack, sizeof(ack), false);
	expect_violation(VIOLATION_v5_unexpected, 0, "in neither version");
}

static void test_uplink_flow(void)
{
	set_up("ec25", 5, 0x81);
	m->calls.flow[0x81] = FLOW_OFF;
	m->calls.flow_since[0x81] = call_clock();
	add_frame(0x81, 100);
	send_transfer(false);
	expect_violation(VIOLATION_flow_ignored, 0, "a frame after flow off");
	m->calls.flow_since[0x81] -= FLOW_OFF_MAX + 1;
	add_frame(0x81, 100);
	send_transfer(false);
	expect_violation(VIOLATION_none, 1, "and one long after it");
}

static void test_uplink_v5(void)
{
	uint8_t packet[2048], *frame;
	uint16_t sum;

	set_up("rm520", 9, 0x81);
	frame = add_frame(0x81, 100);
	frame[5] = QMAP_CSUM_FLAG;
	sum = get_be16(frame + 8 + 26);
	put_be16(frame + 8 + 26, 0x1234);
	send_transfer(false);
	drain(packet, sizeof(packet));
	check_number(get_be16(packet + 26), sum, "checksum computed");
	expect_violation(VIOLATION_none, 1, "checksum wanted");
	frame = add_frame(0x81, 100);
	frame[5] = QMAP_CSUM_FLAG;
	frame[8 + 9] = 47;
	send_transfer(false);
	expect_violation(VIOLATION_v5_compute, 0, "checksum wanted for GRE");
	add_frame(0x81, 100)[4] = 3 << 1;
	send_transfer(false);
	expect_violation(VIOLATION_v5_header, 0, "v5 header of type 3");
	add_frame(0x81, 100)[7] = 1;
	send_transfer(false);
	expect_violation(VIOLATION_v5_header, 0, "v5 header with reserved bits");
}

/* Downlink */

static void from_network(size_t len)
{
	uint8_t packet[2048] = { 0 };

	ip_put_udp4(packet, 0x0a400101, 0x0a400102, 9, 9, len - 28);
	if (send(network[1], packet, len, 0) < 0)
		perror("send");
	m->pdn[0].readable = true;
}

/* Give the modem an URB and see how much comes back in it; -1 if it keeps the URB. */
static long receive(size_t room)
{
	done.count = 0;
	submit(m->usb.ep_in, NULL, NULL, room, false);
	downlink_run(m);
	return done.count ? (long)done.len : -1;
}

static void test_downlink(void)
{
	unsigned int i;

	set_up("em12", 5, 0x81);
	for (i = 0; i < 13; i++)
		from_network(1400);
	check_number(receive(16384), 11 * 1404, "11 packets of 1400 bytes in 16 KiB");
	check_number(done.data[1], 0x81, "for mux id 81");
	check_number(receive(16384), 2 * 1404, "the other 2 next");
	check_number(m->stats.count[STAT_downlink_frames_max], 11, "frames counted");
	check_number(receive(16384), -1, "then silence");
	from_network(508);
	downlink_run(m);
	check_number(done.len, 512, "a whole packet that does not fill the URB");
	check_number(receive(512), -1, "is the end of it");
	from_network(508);
	downlink_run(m);
	check_number(done.len, 512, "one that fills the URB");
	check_number(receive(512), 0, "is followed by an empty transfer");
	for (i = 0; i < 3; i++)
		from_network(1400);
	check_number(receive(2048), 2048, "4212 bytes for URBs of 2048");
	check_number(receive(2048), 2048, "go on in the next");
	check_number(receive(2048), 4212 - 4096, "and the next");
	check_number(receive(2048), -1, "an URB waits");
	m->downlink.forgetful = true;
	for (i = 0; i < 3; i++)
		from_network(1400);
	usb_unlink(m, usb_first(m, m->usb.ep_in)->id);
	check_number(receive(4096), 4212 - 2048, "2048 bytes went with an URB");
	check_number(m->stats.count[STAT_downlink_rests], 1 + 2, "and the rest is of no use");
	m->pdn[0].call[0].up = false;
	from_network(100);
	check_number(receive(16384), -1, "nothing without a call");
	check_number(m->stats.count[STAT_downlink_no_call], 1, "but it is counted");
	expect_violation(VIOLATION_none, 0, "downlink breaks no rule of the uplink");
}

static void test_raw_ip(void)
{
	set_up("ec25", 0, 0);
	from_network(100);
	from_network(200);
	check_number(receive(2048), 100, "raw IP: one packet per transfer");
	check_number(receive(2048), 200, "raw IP: and another");
	set_up("uc20", 0, 0);
	from_network(100);
	check_number(receive(2048), 114, "UC20: an Ethernet frame");
	check_number(get_be16(done.data + 12), 0x0800, "UC20: of type IPv4");
}

/* The same seed makes the same transfers, each fourth of them and the last a good one. */
static void test_mutation(void)
{
	const uint64_t *transfers = &m->stats.count[STAT_mutate_transfers];
	unsigned long good = 0, frames = 0;
	static uint8_t last[2][65536];
	struct qmap_frame frame;
	const uint8_t *pos;
	unsigned int i;
	size_t left;

	for (i = 0; i < 2; i++) {
		set_up("rm520", 9, 0x81);
		call_begin(m, &m->pdn[0].call[1], &m->qmi.clients[0]);
		mutate_start(m, 1000, 7);
		while (*transfers < 1000) {
			left = receive(32768);
			memcpy(last[i], done.data, left);
			pos = done.data;
			for (; *transfers % 4 == 0 && left; frames++)
				good += qmap_decode(&pos, &left, AGGREGATION_QMAPV5, &frame) ==
					VIOLATION_none;
		}
	}
	check(frames && good == frames, "frames in good transfers are good");
	check(!memcmp(last[0], last[1], sizeof(last[0])), "a seed tells all that follows");
}

int main(void)
{
	/* What violations show is not of interest here. */
	if (!freopen("/dev/null", "w", stderr) ||
	    socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, network) < 0)
		return 1;
	m->usb.transport = &recorder;
	loop_init();
	modem_init(m);
	test_descriptors();
	test_halt();
	test_control_faults();
	test_qmi_errors();
	test_data_format();
	test_calls();
	test_indication_ids();
	test_profiles();
	test_stop();
	test_revoke();
	test_pdc();
	test_release_ends_call();
	test_registration();
	test_stance();
	test_selection();
	test_networks();
	test_card();
	test_pin();
	test_at();
	test_diag();
	test_codec();
	test_checksums();
	test_uplink();
	test_uplink_transfer_rules();
	test_uplink_frame_rules();
	test_uplink_versions();
	test_uplink_flow();
	test_uplink_v5();
	test_downlink();
	test_raw_ip();
	test_mutation();
	printf("1..%u\n", checks);
	return failures > 0;
}
