// SPDX-License-Identifier: GPL-2.0-only
/* /dev/qcqmi0, by CUSE: requests of the kernel, and who waits to open it. */
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "qcqmid.h"

#define IOCTL_SERVICE	0x8be1	/* its argument is the number of the service */
#define IOCTL_VIDPID	0x8be2	/* u32: VID in the upper half */
#define IOCTL_MEID	0x8be3	/* 14 bytes */

struct opening {
	struct device *device;
	fuse_req_t req;
	struct fuse_file_info info;
	guint timer;
};

static struct file *file_of(const struct fuse_file_info *info)
{
	return (struct file *)(uintptr_t)info->fh;
}

/* --- open */

static void accept_opening(struct device *d, fuse_req_t req, struct fuse_file_info *info)
{
	struct file *file = file_new(d);

	info->fh = (uintptr_t)file;
	if (fuse_reply_open(req, info))	/* interrupted: it will not be closed */
		file_free(file);
}

static fuse_req_t opening_end(struct opening *opening)
{
	struct device *d = opening->device;
	fuse_req_t req = opening->req;

	d->opening = g_slist_remove(d->opening, opening);
	if (opening->timer)
		g_source_remove(opening->timer);
	g_free(opening);
	devices_settle();
	return req;
}

static void opening_interrupted(fuse_req_t req, void *data)
{
	fuse_reply_err(opening_end(data), EINTR);
}

static gboolean opening_is_late(gpointer data)
{
	struct opening *opening = data;

	opening->timer = 0;
	fuse_reply_err(opening_end(opening), ETIMEDOUT);
	return G_SOURCE_REMOVE;
}

static void op_open(fuse_req_t req, struct fuse_file_info *info)
{
	struct device *d = fuse_req_userdata(req);
	struct opening *opening;

	if (d->ready) {
		accept_opening(d, req, info);
		return;
	}
	opening = g_new0(struct opening, 1);
	opening->device = d;
	opening->req = req;
	opening->info = *info;
	opening->timer = g_timeout_add_seconds(OPEN_SECONDS, opening_is_late, opening);
	d->opening = g_slist_append(d->opening, opening);
	modem_wanted(d);
	reply_or_wait(req, opening_interrupted, opening);
}

void device_ready(struct device *d)
{
	while (d->opening) {
		struct opening *opening = d->opening->data;
		struct fuse_file_info info = opening->info;

		accept_opening(d, opening_end(opening), &info);
	}
}

/* --- the other requests */

static void op_release(fuse_req_t req, struct fuse_file_info *info)
{
	file_free(file_of(info));
	fuse_reply_err(req, 0);
}

static void op_read(fuse_req_t req, size_t size, off_t at, struct fuse_file_info *info)
{
	file_read(file_of(info), req, size, !(info->flags & O_NONBLOCK));
}

static void op_write(fuse_req_t req, const char *bytes, size_t size, off_t at,
		     struct fuse_file_info *info)
{
	file_write(file_of(info), req, bytes, size);
}

static void op_poll(fuse_req_t req, struct fuse_file_info *info, struct fuse_pollhandle *poll)
{
	file_poll(file_of(info), req, poll);
}

/* The kernel comes a second time, when it knows how much is written where. */
static void answer_with(fuse_req_t req, void *where, size_t room, const void *value, size_t len)
{
	struct iovec iov = { where, len };

	if (room < len)
		fuse_reply_ioctl_retry(req, NULL, 0, &iov, 1);
	else
		fuse_reply_ioctl(req, 0, value, len);
}

static void op_ioctl(fuse_req_t req, int cmd, void *arg, struct fuse_file_info *info,
		     unsigned int flags, const void *in, size_t in_size, size_t room)
{
	struct device *d = fuse_req_userdata(req);

	if (cmd == IOCTL_SERVICE)
		file_service(file_of(info), req, (uintptr_t)arg);
	else if (cmd != IOCTL_VIDPID && cmd != IOCTL_MEID)
		fuse_reply_err(req, EBADRQC);
	else if (file_is_gone(file_of(info)))
		fuse_reply_err(req, ENXIO);
	else if (cmd == IOCTL_VIDPID)
		answer_with(req, arg, room, &d->ids, sizeof(d->ids));
	else
		answer_with(req, arg, room, d->meid, sizeof(d->meid));
}

static const struct cuse_lowlevel_ops ops = {
	.open = op_open, .release = op_release, .read = op_read, .write = op_write,
	.poll = op_poll, .ioctl = op_ioctl,
};

/* --- the device */

static gboolean requested(gint fd, GIOCondition condition, gpointer data)
{
	struct device *d = data;
	int n = fuse_session_receive_buf(d->session, &d->buf);

	if (n > 0)
		fuse_session_process_buf(d->session, &d->buf);
	if (n > 0 || n == -EINTR || n == -EAGAIN)
		return G_SOURCE_CONTINUE;
	say(d, "the kernel has taken /dev/qcqmi%u away", d->number);
	exit(1);
}

static struct fuse_session *new_session(struct device *d)
{
	g_autofree char *name = g_strdup_printf("DEVNAME=qcqmi%u", d->number);
	const char *description[] = { name };
	struct cuse_info info = {
		.dev_info_argc = 1, .dev_info_argv = description,
		.flags = CUSE_UNRESTRICTED_IOCTL,
	};
	char *argv[] = { (char *)"qcqmid", NULL };
	struct fuse_args args = FUSE_ARGS_INIT(1, argv);
	struct fuse_session *session = cuse_lowlevel_new(&args, &info, &ops, d);

	fuse_opt_free_args(&args);
	return session;
}

/* libfuse takes a channel that is open already by this name. */
static bool use_channel(struct fuse_session *session, int fd)
{
	g_autofree char *name = g_strdup_printf("/dev/fd/%d", fd);

	return !fuse_session_mount(session, name);
}

bool device_create(struct device *d)
{
	int fd = open("/dev/cuse", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0) {
		g_printerr("qcqmid: /dev/cuse: %s; modprobe cuse\n", g_strerror(errno));
		return false;
	}
	d->session = new_session(d);
	if (!d->session || !use_channel(d->session, fd)) {
		close(fd);
		return false;
	}
	d->watch = g_unix_fd_add(fd, G_IO_IN, requested, d);
	return true;
}

void device_destroy(struct device *d)
{
	while (d->opening)
		fuse_reply_err(opening_end(d->opening->data), ENXIO);
	while (d->files)
		file_free(d->files->data);
	if (!d->session)
		return;
	g_source_remove(d->watch);
	fuse_session_destroy(d->session);
	d->session = NULL;
	free(d->buf.mem);
	d->buf.mem = NULL;
}
