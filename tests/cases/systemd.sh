# shellcheck shell=bash
# seconds: 60
# kernels: amd64
# except: built
#
# What "make install" of qmap-connect puts into a system with systemd: udev starts the unit
# when the modem appears, the unit is up when the call is, comes back when it was killed, and
# leaves nothing when it is stopped.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/connect.sh"
. "$SRC/tests/lib/systemd.sh"

UNIT=qmap-connect@wwan0.service

unit() { # property
	in_systemd systemctl show --property="$1" --value $UNIT
}

unit_is() { # state
	[ "$(unit ActiveState)" = "$1" ]
}

main_pid_is_new() { # old pid
	unit_is active && [ "$(unit MainPID)" != "$1" ]
}

step "installed, as a user does it"
install_connect
mkdir -p /etc/qmap-connect
install -m 600 "$SRC/tools/qmap-connect/example.conf" /etc/qmap-connect/wwan0.conf

step "the modem appears"
start_systemd
driver_load qmap_mode=1
modem_start -d rm520
wait_for 60 unit_is active
pings 1
default_routes 4 701

step "killed"
pid=$(unit MainPID)
in_systemd systemctl kill --signal=KILL $UNIT
wait_for 60 main_pid_is_new "$pid"
pings 1

step "unplugged and plugged in"
replug
wait_for 60 answers 1 2> /dev/null

step "stopped"
in_systemd systemctl stop $UNIT
nothing_is_left

step "without a configuration file the unit does nothing"
rm /etc/qmap-connect/wwan0.conf
in_systemd systemctl start $UNIT
expect_eq "state" inactive "$(unit ActiveState)"
