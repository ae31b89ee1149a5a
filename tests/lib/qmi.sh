# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# QMI, by qmicli and by hand; for tests/lib/case.sh.

QMI_DEVICE=/dev/cdc-wdm0

# --- qmicli, through libqmi's proxy, as with several programs at once

qmi_proxy_listens() {
	file_says '@qmi-proxy$' /proc/net/unix
}

# libqmi would start the proxy itself, but gives it less time than it takes on a busy
# emulated machine.
start_qmi_proxy() {
	/usr/libexec/qmi-proxy --no-exit > /tmp/qmi-proxy.log 2>&1 &
	wait_for 30 qmi_proxy_listens
}

qmi() { # arguments of qmicli...
	qmi_proxy_listens || start_qmi_proxy
	qmicli --silent --device="$QMI_DEVICE" --device-open-"${QMI_MODE:-qmi}" --device-open-proxy "$@"
}

qmi_endpoint() {
	local number
	number=$(< "/sys/class/usbmisc/${QMI_DEVICE##*/}/device/bInterfaceNumber")
	echo "ep-type=hsusb,ep-iface-number=$((16#$number))"
}

# Agrees on QMAP with downlink transfers as long as the driver's buffers.
set_data_format() { # protocol (qmap, qmapv5)
	local size
	size=$(counter rx_urb_size)
	qmi --wda-set-data-format="link-layer-protocol=raw-ip,ul-protocol=$1,dl-protocol=$1,\
dl-datagram-max-size=$size,dl-max-datagrams=$((size / 512)),\
ul-datagram-max-size=8192,ul-max-datagrams=11,$(qmi_endpoint)"
}

# --- by hand

# CTL GET_VERSION_INFO, which changes nothing.
version_request() {
	printf '\x01\x0b\x00\x00\x00\x00\x00\x01\x21\x00\x00\x00'
}

# Over a channel that is open as descriptor 9.
qmi_answers() {
	version_request >&9
	[ "$(timeout 60 dd bs=4096 count=1 <&9 2> /dev/null | wc -c)" -gt 12 ] ||
		fail "no answer over the QMI channel"
}

# A program that has the channel open and sends requests until the channel is gone.
talk() {
	cat "$QMI_DEVICE" > /dev/null &
	while version_request; do
		sleep 0.3
	done > "$QMI_DEVICE" 2> /dev/null
}

# The same for a channel on which transfers fail: both programs open it again. While they
# have it open they hold the lock.
talk_despite_errors() { # file for the answers, lock
	version_request > /tmp/message
	while [ -e "$QMI_DEVICE" ]; do
		flock -s "$2" cat "$QMI_DEVICE" >> "$1" || true
		sleep 0.3
	done &
	while [ -e "$QMI_DEVICE" ]; do
		flock -s "$2" dd if=/tmp/message of="$QMI_DEVICE" conv=nocreat || true
		sleep 0.3
	done
} 2> /dev/null
