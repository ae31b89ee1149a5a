# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# systemd, and qmap-connect installed as a user does it; for cases that have sourced case.sh.

SYSTEMD_LOG=/run/systemd.log	# systemd empties /tmp when it starts
LOGS+=("$SYSTEMD_LOG")
# shellcheck disable=SC2034 # of wait_for
PAUSE=1		# to ask systemd is dear, and what is waited for would have to wait for that

# Of the devices that are there already, udev sees those that a case can be about. All others, with
# their modules, would take more than the rest.
limit_coldplug() {
	local unit=systemd-udev-trigger.service
	mkdir -p /etc/systemd/system/$unit.d
	cat > /etc/systemd/system/$unit.d/limit.conf <<- EOT
		[Service]
		ExecStart=
		ExecStart=-udevadm trigger --action=add --subsystem-match=usb --subsystem-match=usbmisc \
			--subsystem-match=net --subsystem-match=tty
	EOT
}

# As the first process of a namespace, as in a container: udev, D-Bus and what they start.
start_systemd() {
	limit_coldplug
	mkdir -p /sys/fs/cgroup
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	systemctl --quiet mask timers.target	# each day's work, which was not done yet
	container="test" unshare --pid --fork --mount --mount-proc --propagation shared \
		/lib/systemd/systemd --system --unit=basic.target --log-target=console \
		> "$SYSTEMD_LOG" 2>&1 &
	wait_for 20 find_systemd
	wait_for 60 basic_target_is_up
	# shellcheck disable=SC2034 # of recipe.sh
	recipes_run_in=(in_systemd)
}

find_systemd() { systemd_pid=$(pgrep -x systemd); }

in_systemd() { # command...
	nsenter -t "$systemd_pid" -m -p "$@"
}

basic_target_is_up() {
	in_systemd systemctl is-active --quiet basic.target 2> /dev/null
}

# What udev was told when the modem was plugged in, it may still do when the driver has been removed
# since: it loads it again, with the options that modprobe.d had when udev read them.
wait_for_udev() {
	wait_for 60 in_systemd udevadm settle
}

# What udev has it start for a netdev is started, and not once more after it was stopped.
systemd_knows() { # netdev
	in_systemd systemctl is-active --quiet "sys-subsystem-net-devices-$1.device"
}

# udev may be late: what it knows then is still the netdev that has gone.
systemd_forgets() { # netdev
	! systemd_knows "$1"
}

replug() {
	qmodem ctl unplug
	wait_for 20 modem_is_gone
	wait_for 60 systemd_forgets wwan0
	qmodem ctl plug
	wait_for 60 systemd_knows wwan0
}

install_connect() {
	make -s -C "$SRC/tools/qmap-connect" -o all -o /job/qmap-connect install O=/job \
		> /tmp/make 2>&1
}
