# shellcheck shell=bash
# settings: ROUNDS=12
# seconds: 15 + 3 * ROUNDS
# kernels: 6.12-xhci debug
# also: 6.12-xhci
# cpus: 2
#
# A program that can see wwan0 sees its links, and can use them. Other programs keep both
# CPUs busy, so that much time passes between the steps of the driver.
. "$SRC/tests/lib/case.sh"

modem_start -d ec25
driver_load qmap_mode=4
wait_for_modem
qmodem ctl unplug
nothing_left

step "plugged in again and again"
for _ in 1 2; do
	while :; do :; done &
done
python3 "$SRC/tests/programs/first_moment.py" 4 "$ROUNDS"
