# shellcheck shell=bash
# seconds: 40
# kernels: amd64
# except: built
#
# /dev/qcqmi0 when programs, modem and qcqmid do what they should not.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/gobinet.sh"

program=(python3 "$SRC/tests/programs/qcqmi.py")

does() { # function of qcqmi.py
	"${program[@]}" "$1"
}

# In the background, with its standard input open until it is told to end.
start_program() { # function of qcqmi.py, what it says when it is there
	mkfifo "/tmp/$1.in"
	"${program[@]}" "$1" < "/tmp/$1.in" > "/tmp/$1" 2>&1 &
	program_pid=$!
	exec 8> "/tmp/$1.in"
	LOGS+=("/tmp/$1")
	wait_for 20 file_says "^$2$" "/tmp/$1"
}

ends() { # exit status expected
	exec 8>&-
	expect_exit_status "the program" "$1" "$program_pid"
	rm -f /tmp/*.in
}

gobinet_start ec25 1

step "each call, and each errno"
does contract
step "garbage"
does garbage
wait_for 10 modem_has_clients 0

step "64 clients, then none"
start_program many open
expect_eq "clients in the modem" 64 "$(modem_stat qmi_clients)"
ends 0
wait_for 10 modem_has_clients 0

step "a client that is killed while it reads"
start_program reading waiting
expect_eq "clients in the modem" 1 "$(modem_stat qmi_clients)"
kill -KILL "$program_pid"
ends 137
wait_for 10 modem_has_clients 0

step "qcqmid is killed, and started again: what it has left in the modem goes"
start_program reading waiting
kill -KILL "$qcqmid_pid"
wait "$qcqmid_pid" || true
ends 0
expect_eq "devices" "" "$(find /dev -name 'qcqmi*')"
expect_eq "clients in the modem" 1 "$(modem_stat qmi_clients)"
qcqmid_start
wait_for 20 test -c /dev/qcqmi0
does contract
wait_for 10 modem_has_clients 0

step "the proxy is killed: files hang up, and the next one is served"
start_program hangup waiting
pkill -KILL qmi-proxy
ends 0
wait_for 10 qcqmid_says "the modem or the proxy is gone"
does contract
wait_for 10 modem_has_clients 0

step "the modem goes before it has answered, and comes back while the file is open"
start_program hangup waiting
hanging=$program_pid
start_program unanswered open
qmodem ctl silence control:1 on
echo >&8
wait_for 10 file_says "^waiting$" /tmp/unanswered
qmodem ctl unplug
wait_for 20 file_says "^gone$" /tmp/unanswered
wait "$hanging"
qmodem ctl plug
wait_for 10 link_exists usb0
does contract
ends 0
wait_for 10 modem_has_clients 0

step "a modem that does not answer from the start"
qmodem ctl unplug
wait_for 10 test ! -e /dev/qcqmi0
kill -STOP "$qcqmid_pid"
qmodem ctl plug
wait_for 10 link_exists usb0
qmodem ctl silence control:1 on	# not while the driver binds, which sends the same number
kill -CONT "$qcqmid_pid"
wait_for 10 test -c /dev/qcqmi0
does late
qmodem ctl unplug
wait_for 10 test ! -e /dev/qcqmi0
qmodem ctl plug
wait_for 10 test -c /dev/qcqmi0
does contract

step "two modems; the first one goes"
ids_of() { QCQMI=$1 does ids; }
QMODEM=/run/second qmodem -d rm500 --networks-from=5 > /tmp/second.log 2>&1 &
second=$!
wait_for 10 test -c /dev/qcqmi1
expect_eq "ids" "2c7c0125 2c7c0800" "$(ids_of /dev/qcqmi0) $(ids_of /dev/qcqmi1)"
qmodem ctl unplug
wait_for 10 test ! -e /dev/qcqmi0
expect_eq "ids" 2c7c0800 "$(ids_of /dev/qcqmi1)"
qmodem ctl plug
wait_for 10 test -c /dev/qcqmi0
expect_eq "ids" 2c7c0125 "$(ids_of /dev/qcqmi0)"
QMODEM=/run/second qmodem ctl quit
wait $second
wait_for 10 test ! -e /dev/qcqmi1

step "SIGTERM while it is in use"
start_program hangup waiting
qcqmid_stop
ends 0
