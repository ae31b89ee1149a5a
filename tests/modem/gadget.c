// SPDX-License-Identifier: GPL-2.0-only
/*
 * A USB gadget with one function, which a program plays. In configfs:
 *
 *   usb_gadget/qmodem/  ids
 *     strings/0x409/    what lsusb prints
 *     functions/        ffs.qmodem, whose files are in GADGET_FILES
 *     configs/          qmodem.1, with a link to the function
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gadget.h"
#include "modem.h"
#include "util.h"

#define CONFIGFS	"/sys/kernel/config"
#define GADGET		CONFIGFS "/usb_gadget/qmodem/"
#define CONFIG		GADGET "configs/qmodem.1"
#define FUNCTION	GADGET "functions/ffs.qmodem"
#define STRINGS		GADGET "strings/0x409/"
#define UDC		"dummy_udc.0"
#define UDC_DIR		"/sys/class/udc/" UDC "/"

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		error = -errno;
	close(fd);
	return error;
}

static int put_number(const char *path, unsigned int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%#x", number);
	return put(path, text);
}

/* Binds the gadget to the controller, so that the host sees it, or unbinds it. */
int gadget_bind(bool on)
{
	return put(GADGET "UDC", on ? UDC : "\n");
}

void gadget_wake_host(void)
{
	int error = put(UDC_DIR "srp", "1");

	if (error)
		warnx(UDC_DIR "srp: %s", strerror(-error));
}

/* Also removes what is left of a modem that was killed. */
void gadget_remove(void)
{
	gadget_bind(false);
	umount(GADGET_FILES);
	rmdir(GADGET_FILES);
	unlink(CONFIG "/ffs.qmodem");
	rmdir(CONFIG);
	rmdir(FUNCTION);
	rmdir(STRINGS);
	rmdir(GADGET);
}

/* A string of desc.c, in ASCII. */
static int put_string(struct modem *m, const char *path, unsigned int index)
{
	uint8_t desc[256];
	char text[128] = "";
	size_t i, len = desc_string(m, index, desc);

	for (i = 1; i < len / 2; i++)
		text[i - 1] = desc[2 * i];
	return put(path, text);
}

int gadget_make(struct modem *m)
{
	bool super = m->usb.speed == USB_SPEED_SUPER;

	if (mkdir(GADGET, 0755) < 0 || mkdir(STRINGS, 0755) < 0 || mkdir(CONFIG, 0755) < 0 ||
	    mkdir(FUNCTION, 0755) < 0 || symlink(FUNCTION, CONFIG "/ffs.qmodem") < 0)
		return -errno;
	if (put_number(GADGET "idVendor", m->opt.vid) ||
	    put_number(GADGET "idProduct", m->opt.pid) ||
	    put_number(GADGET "bcdDevice", 0x0318) ||
	    put(GADGET "max_speed", super ? "super-speed" : "high-speed") ||
	    put_string(m, STRINGS "manufacturer", 1) ||
	    put_string(m, STRINGS "product", 2) ||
	    put_string(m, STRINGS "serialnumber", 3) ||
	    put_number(CONFIG "/bmAttributes", m->usb.config[7]) ||
	    put(CONFIG "/MaxPower", "500"))
		return -EIO;
	if (mkdir(GADGET_FILES, 0700) < 0 ||
	    mount("qmodem", GADGET_FILES, "functionfs", 0, NULL) < 0)
		return -errno;
	return 0;
}

void gadget_init(void)
{
	if (access(UDC_DIR "srp", W_OK) < 0)
		errx(1, "no dummy_hcd here (modprobe dummy_hcd usb_f_fs), or not root");
	if (mount("configfs", CONFIGFS, "configfs", 0, NULL) < 0 && errno != EBUSY)
		err(1, CONFIGFS);
}

bool gadget_has_speed(enum usb_device_speed speed)
{
	FILE *file = fopen(UDC_DIR "maximum_speed", "re");
	char text[32] = "";

	if (!file)
		return false;
	if (!fgets(text, sizeof(text), file))
		text[0] = 0;
	fclose(file);
	return speed == USB_SPEED_HIGH || !strncmp(text, "super", strlen("super"));
}
