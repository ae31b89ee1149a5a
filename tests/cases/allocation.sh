# shellcheck shell=bash
# kernels: debug
# seconds: 100
#
# Allocations fail, of the driver and of kernel functions that it calls: each one in turn
# where something is set up or changed, and one in ten while packets go both ways.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/faults.sh"

mapfile -t CANCELLING < <(range_of xhci_urb_dequeue)

# All allocations below a function of the driver, of memory of any kind, but not those that
# xhci_hcd needs to cancel a transfer. If one of these failed for the last transfer, xhci_hcd
# would keep the transfer until the modem uses it, and nobody could cancel it again.
choose_allocations() {
	local start size
	start=$(< /sys/module/qmap_wwan/sections/.text)
	size=$(readelf -SW "$KO" | awk '{ sub(/^ *\[ *[0-9]*\]/, "") } $1 == ".text" { print $5 }')
	set_range require "$start" "$(printf %u $((start + 16#$size)))"
	set_range reject "${CANCELLING[@]}"
	set_up_faults
}

# Only those that xhci_hcd needs to cancel a transfer.
choose_allocations_of_cancelling() {
	set_range require "${CANCELLING[@]}"
	set_range reject 0 0
}

# In this task alone, and in the program that it becomes.
fail_first() { # command, and its arguments
	(
		echo 1 > /proc/thread-self/fail-nth
		exec "$@"
	)
}

all_or_nothing() { # what, and its arguments
	python3 "$SRC/tests/programs/allocation.py" "$@"
}

modem_start -d rm520
driver_load qmap_mode=2
wait_for_modem
choose_allocations

step "each allocation of unbind, bind and open fails"
interface=$(basename $DRIVER/*:*)
all_or_nothing unbind "$interface"
all_or_nothing bind "$interface"
all_or_nothing open

step "the first transfer cannot be cancelled, and goes with the second one"
choose_allocations_of_cancelling
before=$(faults failslab)
fail_first ip link set wwan0 down
[ $(($(faults failslab) - before)) -eq 1 ] || fail "nothing failed"
choose_allocations
ip link set wwan0 up

step "each allocation of a change of buffers fails"
all_or_nothing resize "$interface"
qmodem ctl format qmapv5 32768
connect 1 wwan0.1
connect 2 wwan0.2
wait_for 10 answers 1
wait_for 10 answers 2

step "a halted endpoint cannot be cleared, and nothing is sent to it meanwhile"
mapfile -t clearing < <(range_of usb_clear_halt)
set_range require "${clearing[@]}"
before=$(faults failslab)
qmodem ctl stall out
for_each_kind probability 100
! ping -q -c 1 -W 2 10.64.1.1 > /dev/null || fail "it is not halted"
for_each_kind probability 0
[ "$(faults failslab)" -gt "$before" ] || fail "nothing failed"
expect_eq "uplink transfers lost" 1 "$(counter tx_transfer_errors)"
ping -q -c 1 -W 20 10.64.1.1 > /dev/null || fail "an answer over PDN 1 is lost"
expect_eq "uplink transfers lost" 1 "$(counter tx_transfer_errors)"
choose_allocations

start_load 1 2
go_on wwan0.1 wwan0.2

step "one in ten that packets need fails"
# A packet that needs memory is near the top of the stack. Below may be an interrupted task,
# whose allocations do not count.
for_each_kind stacktrace-depth 12
echo Y > $FAULTS/failslab/ignore-gfp-wait
echo Y > $FAULTS/fail_page_alloc/ignore-gfp-wait
before=$(faults failslab)
for_each_kind probability 10
for ((i = 0; i < 5; i++)); do
	go_on wwan0.1 wwan0.2
done
for_each_kind probability 0
kill %?load.py
[ "$(counter rx_no_memory)" -gt 0 ] || fail "no packet lacked memory"
[ "$(faults failslab)" -gt "$before" ] || fail "nothing failed"
wait_for 20 all_is_with_the_modem
for n in 1 2; do
	ping -q -c 3 -W 20 10.64.$n.1 > /dev/null || fail "no ping over PDN $n"
done
for kind in $KINDS; do
	echo "$kind: $(faults "$kind") faults"
done

step "each allocation of a link fails"
driver_unload
driver_load
wait_for_modem
choose_allocations
all_or_nothing link
