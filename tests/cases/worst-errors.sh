# shellcheck shell=bash
# settings: ROUNDS=1
# seconds: 35 + 62 * ROUNDS
#
# Transfers fail with every error of host controllers, and the modem does not answer, with
# traffic both ways over two PDNs and programs that talk QMI.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

ANSWERS=/tmp/answers
IN_USE=/tmp/in-use

all_have_closed() {
	pkill -x 'cat|dd' || true
	flock -n $IN_USE true
}

answered() { # bytes at least
	[ "$(stat -c %s $ANSWERS)" -ge "$1" ]
}

# Until its last user closes it, cdc-wdm may hang: after an error it wakes no reader, and it
# waits forever for requests that QEMU's xHCI has lost, which are all those behind a
# cancelled one. So the programs close the channel before answers are expected.
all_goes_on() {
	local size
	go_on wwan0.1 wwan0.2
	wait_for 20 all_have_closed
	size=$(stat -c %s $ANSWERS)
	wait_for 20 answered $((size + 1))
}

ordered=0
fail_and_count() { # error, how many in each direction
	fail_transfers "$1" "$2"
	ordered=$((ordered + 2 * $2))
}

modem_has_failed_them() {
	[ "$(modem_stat faults)" = $ordered ]
}

# Less than the half minute after which the driver counts the modem as stuck. On a slow machine
# the start of the next program takes long enough.
stay_silent() {
	! machine_is_fast || sleep 2
}

bring_up rm520 qmap_mode=2 qmapv5 1 2
start_load 1 2
talk_despite_errors $ANSWERS $IN_USE &
wait_for 10 test -s $ANSWERS
all_goes_on

for ((i = 0; i < ROUNDS; i++)); do
	for error in EPIPE EPROTO EILSEQ ETIME ETIMEDOUT EOVERFLOW ECOMM ENOSR EREMOTEIO EXDEV; do
		step "all transfers fail: $error"
		fail_and_count $error 10
		wait_for 10 modem_has_failed_them
	done
	all_goes_on

	step "some fail as if the device were gone, or as if they were cancelled"
	for error in ESHUTDOWN ENODEV ENOENT ECONNRESET; do
		fail_and_count $error 3
		wait_for 10 modem_has_failed_them
	done
	all_goes_on

	step "both pipes stall, and the first attempts to clear them fail"
	for ((k = 0; k < 3; k++)); do
		qmodem ctl fail control:1 EPROTO 2
		qmodem ctl stall in
		qmodem ctl stall out
		ordered=$((ordered + 2))
		wait_for 10 modem_has_failed_them
	done
	all_goes_on

	# The kernel gives a request up after 5 s.
	step "both pipes stall, and requests to clear them get no answer"
	qmodem ctl silence control:1 on
	qmodem ctl stall in
	qmodem ctl stall out
	sleep 11
	qmodem ctl silence control:1 off
	all_goes_on

	for direction in in out; do
		step "the modem is silent, $direction"
		qmodem ctl silence $direction on
		stay_silent
		qmodem ctl silence $direction off
		all_goes_on
	done

	step "the modem does not answer at all"
	qmodem ctl silence in on
	qmodem ctl silence control on
	qmodem ctl silence out on
	stay_silent
	qmodem ctl silence out off
	qmodem ctl silence control off
	qmodem ctl silence in off
	all_goes_on

	for error in EPIPE EPROTO ETIMEDOUT EOVERFLOW; do
		step "control requests fail: $error"
		qmodem ctl fail control $error 3
		ordered=$((ordered + 3))
		wait_for 10 modem_has_failed_them
	done
	all_goes_on
done

step "traffic afterwards"
kill %?load.py
wait_for 10 answers 1
wait_for 10 answers 2
wait_for 5 all_is_with_the_modem

step "whole USB packets fail, and the empty packet after them does not"
for error in EPIPE EPROTO ETIMEDOUT EOVERFLOW; do
	qmodem ctl fail out $error 1
	ordered=$((ordered + 1))
	# a SuperSpeed packet: 8 bytes of QMAPv5, 28 of IP and ICMP, and these
	ping -q -c 1 -W 1 -s 988 10.64.1.1 > /dev/null || true
	wait_for 10 modem_has_failed_them
	wait_for 10 answers 1
done
modem_is_content

# The driver clears a stalled pipe, and the request gets no answer.
waits_for_an_answer() {
	qmodem ctl silence control:1 on
	qmodem ctl stall in
	sleep 0.5
}

step "the driver is unbound while it waits for an answer"
interface=$(basename $DRIVER/*:*)
waits_for_an_answer
echo "$interface" > $DRIVER/unbind
nothing_left
qmodem ctl silence control off
echo "$interface" > $DRIVER/bind
wait_for_modem
configure_link wwan0.1 10.64.1.2/24 10.64.1.1 1500
wait_for 10 answers 1

step "the modem is unplugged while the driver waits for an answer"
waits_for_an_answer
qmodem ctl unplug
nothing_left
