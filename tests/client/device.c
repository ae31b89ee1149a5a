// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver's faces, as a program that was written for the vendor's driver uses them: the same
 * calls with the same lengths, and with what happens to be on the stack behind the text.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "qmi.h"

#define USB_DEVICES	"/sys/bus/usb/devices"

/* --- sysfs */

/* The first line of a file; false if it cannot be read. */
static bool read_line(const char *dir, const char *name, char *line, size_t size)
{
	char path[2 * PATH_MAX];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return false;
	n = read(fd, line, size - 1);
	close(fd);
	if (n < 0)
		return false;
	line[n] = 0;
	line[strcspn(line, "\n")] = 0;
	return true;
}

static bool read_number(const char *dir, const char *name, int base, uint32_t *number)
{
	char text[16];

	if (!read_line(dir, name, text, sizeof(text)))
		return false;
	*number = strtoul(text, NULL, base);
	return true;
}

/* Whatever the directory lists first. */
static bool first_entry(const char *dir, char *name, size_t size)
{
	DIR *stream = opendir(dir);
	struct dirent *entry;
	bool found = false;

	if (!stream)
		return false;
	while (!found && (entry = readdir(stream)))
		found = entry->d_name[0] != '.' &&
			snprintf(name, size, "%s", entry->d_name) < (int)size;
	closedir(stream);
	return found;
}

/*
 * A buffer of @len bytes as the vendor's programs pass it: @text, a newline, a NUL, and then the
 * leavings of earlier calls, which look like text, numbers and addresses.
 */
static void fill_buffer(char *buf, size_t len, const char *text)
{
	static const char leavings[] = "0x83\n255\0\x7f\xf0\xde\xbc\x9a 1\n-1\xff\x80\x01\r";
	size_t i;

	for (i = 0; i < len; i++)
		buf[i] = leavings[i % sizeof(leavings)];
	snprintf(buf, len, "%s\n", text);
}

/* --- who is there */

static bool is_vendor(const char *interface)
{
	char id[8];

	if (!read_line(interface, "../idVendor", id, sizeof(id)))
		return false;
	return !strcmp(id, "2c7c") || !strcmp(id, "05c6");
}

static bool is_qmi(struct device *dev)
{
	char text[8], dir[PATH_MAX + 16], channel[NAME_MAX];

	if (!read_line(dev->interface, "bInterfaceClass", text, sizeof(text)) ||
	    strcmp(text, "ff"))
		return false;
	snprintf(dir, sizeof(dir), "%s/net", dev->interface);
	if (!first_entry(dir, dev->parent, sizeof(dev->parent)))
		return false;
	snprintf(dir, sizeof(dir), "%s/usbmisc", dev->interface);
	if (!first_entry(dir, channel, sizeof(channel)))
		return false;
	snprintf(dev->channel, sizeof(dev->channel), "/dev/%s", channel);
	return read_number(dev->interface, "bInterfaceNumber", 16, &dev->iface_id);
}

static bool find_interface(struct device *dev)
{
	DIR *stream = opendir(USB_DEVICES);
	struct dirent *entry;
	bool found = false;

	if (!stream)
		err(1, USB_DEVICES);
	while (!found && (entry = readdir(stream))) {
		if (!strchr(entry->d_name, ':'))
			continue;
		snprintf(dev->interface, sizeof(dev->interface), USB_DEVICES "/%s",
			 entry->d_name);
		found = is_vendor(dev->interface) && is_qmi(dev);
	}
	closedir(stream);
	return found;
}

/* --- its mode and links */

static void check_links(const struct device *dev, const struct ioctl_links *answer)
{
	unsigned int i, count = answer->qmap_mode;

	if (answer->size != sizeof(*answer) || answer->ep_type != EP_TYPE_HSUSB ||
	    answer->iface_id != dev->iface_id || answer->dl_minimum_padding)
		errx(1, "0x89F3: size %u, endpoint type %u, interface %u, padding %u",
		     answer->size, answer->ep_type, answer->iface_id, answer->dl_minimum_padding);
	if (answer->qmap_version != VERSION_QMAP && answer->qmap_version != VERSION_QMAPV5)
		errx(1, "0x89F3: version %u", answer->qmap_version);
	if (!count || count > LINKS_MAX || answer->rx_urb_size < 2048)
		errx(1, "0x89F3: mode %u, %u bytes", count, answer->rx_urb_size);
	for (i = 0; i < LINKS_MAX; i++) {
		const char *name = answer->ifname[i];
		uint8_t mux_id = i < count ? 0x81 + i : 0;

		if (answer->mux_id[i] != mux_id || strnlen(name, IFNAMSIZ) == IFNAMSIZ)
			errx(1, "0x89F3: entry %u has mux id %02x", i, answer->mux_id[i]);
		if (i < count ? !if_nametoindex(name) : name[0])
			errx(1, "0x89F3: entry %u is called '%s'", i, name);
	}
}

static bool links_by_ioctl(struct device *dev)
{
	struct ioctl_links answer;

	memset(&answer, 0xee, sizeof(answer));
	if (netdev_ioctl(dev->parent, IOCTL_GET_LINKS, &answer))
		return false;
	check_links(dev, &answer);
	dev->mode = answer.qmap_mode;
	dev->version = answer.qmap_version;
	dev->rx_urb_size = answer.rx_urb_size;
	memcpy(dev->link, answer.ifname, sizeof(dev->link));
	memcpy(dev->mux_id, answer.mux_id, sizeof(dev->mux_id));
	dev->by_ioctl = true;
	return true;
}

static void make_up_links(struct device *dev)
{
	unsigned int i;

	for (i = 0; i < dev->mode; i++) {
		if (dev->mode == 1)
			strcpy(dev->link[i], dev->parent);
		else if (snprintf(dev->link[i], IFNAMSIZ, "%s.%u", dev->parent, i + 1) >= IFNAMSIZ)
			errx(1, "%s: no room for a link's number", dev->parent);
		dev->mux_id[i] = 0x81 + i;
	}
}

/* The parameter of the module that the interface's driver is called after. */
static bool mode_by_module(struct device *dev)
{
	char path[PATH_MAX + 32], driver[PATH_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/driver", dev->interface);
	n = readlink(path, driver, sizeof(driver) - 1);
	if (n < 0)
		return false;
	driver[n] = 0;
	snprintf(path, sizeof(path), "/sys/module/%.64s/parameters", strrchr(driver, '/') + 1);
	return read_number(path, "qmap_mode", 10, &dev->mode);
}

static void links_by_sysfs(struct device *dev)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/%s", dev->parent);
	if (!read_number(path, "qmap_mode", 10, &dev->mode) && !mode_by_module(dev))
		errx(1, "%s: its driver does not tell of a qmap_mode", dev->parent);
	if (dev->mode > LINKS_MAX)
		errx(1, "%s: qmap_mode %u", dev->parent, dev->mode);
	read_number(path, "qmap_size", 10, &dev->rx_urb_size);
	dev->version = VERSION_QMAP;
	make_up_links(dev);
}

void device_find(struct device *dev)
{
	if (!find_interface(dev))
		errx(1, "no modem on the bus");
	if (dev->without_ioctl || !links_by_ioctl(dev))
		links_by_sysfs(dev);
	printf("%s, %s, interface %u, qmap_mode %u, version %u, %u bytes, %s\n", dev->parent,
	       dev->channel, dev->iface_id, dev->mode, dev->version, dev->rx_urb_size,
	       dev->by_ioctl ? "by ioctl" : "by sysfs");
}

/* --- the format of data */

#define WDA_SET_DATA_FORMAT	0x0020
#define LINK_PROTOCOL_IP	2
#define UL_DATAGRAMS		11
#define UL_SIZE			8192

static uint32_t least(const struct qmi_message *rsp, uint8_t type, uint32_t wanted)
{
	uint32_t value = qmi_get_u32(rsp, type, 0);

	return value < wanted ? value : wanted;
}

static void ask_for_format(const struct device *dev, struct qmi_message *req, uint8_t client)
{
	uint32_t protocol = dev->mode ? dev->version : 0;

	qmi_begin(req, QMI_WDA, client, WDA_SET_DATA_FORMAT);
	qmi_put_u8(req, 0x10, 0);
	qmi_put_u32(req, 0x11, LINK_PROTOCOL_IP);
	qmi_put_u32(req, 0x12, protocol);
	qmi_put_u32(req, 0x13, protocol);
	qmi_put_u32(req, 0x15, dev->rx_urb_size / 512);
	qmi_put_u32(req, 0x16, dev->rx_urb_size);
	qmi_put_endpoint(req, 0x17, dev->iface_id);
	qmi_put_u32(req, 0x19, 0);
	qmi_put_u32(req, 0x1b, UL_DATAGRAMS);
	qmi_put_u32(req, 0x1c, UL_SIZE);
}

static void tell_driver(const struct device *dev, struct ioctl_format *format)
{
	if (!netdev_ioctl(dev->parent, IOCTL_SET_FORMAT, format))
		return;
	if (errno != EOPNOTSUPP)
		err(1, "0x89F2");
	printf("0x89F2 is unknown to the driver\n");
}

void device_negotiate(struct device *dev, struct qmi_port *port)
{
	struct ioctl_format format = { .size = sizeof(format), .ep_type = EP_TYPE_HSUSB };
	struct qmi_message req, rsp;
	uint8_t client = qmi_client_new(port, QMI_WDA);

	ask_for_format(dev, &req, client);
	qmi_must(port, &req, &rsp, "SET_DATA_FORMAT");
	qmi_client_release(port, QMI_WDA, client);
	if (dev->mode && (qmi_get_u32(&rsp, 0x12, 0) != dev->version ||
			  qmi_get_u32(&rsp, 0x13, 0) != dev->version))
		errx(1, "the modem refuses protocol %u", dev->version);
	format.rx_urb_size = least(&rsp, 0x16, dev->rx_urb_size);
	format.iface_id = dev->iface_id;
	format.mux_id = dev->mux_id[0];
	format.ul_max_datagrams = least(&rsp, 0x17, UL_DATAGRAMS);
	format.ul_max_size = least(&rsp, 0x18, UL_SIZE);
	format.dl_minimum_padding = qmi_get_u32(&rsp, 0x1a, 0);
	printf("agreed: down %u bytes, up %u bytes and %u datagrams\n", format.rx_urb_size,
	       format.ul_max_size, format.ul_max_datagrams);
	if (format.ul_max_datagrams > 1)
		tell_driver(dev, &format);
}

/* --- the state of a link */

#define LINK_DOWN		0x80
#define LINK_STATE_SIZE		128
#define BRIDGE_MODE_SIZE	16

static void write_link_state(const char *path, uint32_t value)
{
	char buf[LINK_STATE_SIZE], text[12];
	int fd = open(path, O_RDWR);

	if (fd < 0) {
		printf("%s: %s\n", path, strerror(errno));
		return;
	}
	snprintf(text, sizeof(text), "0x%x", value);
	fill_buffer(buf, sizeof(buf), text);
	if (write(fd, buf, sizeof(buf)) != sizeof(buf))
		err(1, "%s: write of %s", path, text);
	close(fd);
}

static bool all_links_are_down(const char *path)
{
	char buf[LINK_STATE_SIZE] = "";
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return false;
	if (read(fd, buf, sizeof(buf) - 1) <= 0)
		err(1, "%s", path);
	close(fd);
	return !strcmp(buf, "0x0\n") || !strcmp(buf, "0\n");
}

void device_set_link(struct device *dev, unsigned int index, bool up)
{
	uint32_t value = dev->mode == 1 ? up : (index + 1) | (up ? 0 : LINK_DOWN);
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/%s/link_state", dev->parent);
	if (!dev->state_by_ioctl)
		write_link_state(path, value);
	else if (netdev_ioctl(dev->parent, IOCTL_LINK_STATE, &value))
		err(1, "0x89F1 of 0x%x", value);
	if (!up && all_links_are_down(path))
		printf("all links of %s are down\n", dev->parent);
}

/* Not every driver has it, and that is fine. */
void device_disable_bridge(const char *link)
{
	char buf[BRIDGE_MODE_SIZE], path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/class/net/%s/bridge_mode", link);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return;
	fill_buffer(buf, sizeof(buf), "00");
	if (write(fd, buf, sizeof(buf)) < 0)
		warn("%s", path);
	close(fd);
}
