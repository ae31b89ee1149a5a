# shellcheck shell=bash
# seconds: 65
# kernels: amd64
#
# qmap-report names the fault: those of loading the driver, of binding, and of programs that
# share a modem. Where nothing is wrong it names none. README.md's entries, its words, and the
# faults that cases make are the same.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/report.sh"

no_ipv6

fails() { # command...
	! "$@" 2> /tmp/error || fail "it succeeded: $*"
}

# The modem's interfaces are there, whoever has them.
plugged() {
	wait_for 10 compgen -G "/sys/bus/usb/devices/*-*:1.4/bNumEndpoints"
} > /dev/null

step "no modem, no driver"
finds no-modem
modem_start -d ec25
plugged
finds not-loaded

step "the driver cannot be loaded"
fails insmod "$KO"
finds unknown-symbol
modprobe -a usbnet cdc_wdm
fails insmod "$KO" qmap_mode=9
finds parameters
fails insmod "$KO" link_separator=ab
finds parameters
fails insmod "$KO" netdev_name=%d
finds parameters
modprobe qmi_wwan
fails insmod "$KO" driver_name=qmi_wwan
finds name-taken
# as a kernel says that was booted by Secure Boot
echo "Loading of module with unavailable key is rejected" > /dev/kmsg
finds secure-boot

step "another driver has the modem"
insmod "$KO" qmap_mod=4
finds other-driver parameters
rmmod qmap_wwan
finds other-driver
modprobe -r qmi_wwan
finds not-loaded
driver_load
wait_for_modem
finds_nothing
modem_stop

step "another USB mode, another id"
modem_start -d ec25 -n 1 --usb-mode=ecm
plugged
finds usb-mode
modem_stop
modem_start -d ec25 -n 1 --pid=0999
plugged
finds unknown-id
echo 2c7c 0999 > "$DRIVER/new_id"
wait_for_modem
finds_nothing
modem_stop

step "programs that do not share the modem"
modem_start -d ec25 -n 1
wait_for_modem
pretend ModemManager
modemmanager=$!
finds driver-name
cat "$QMI_DEVICE" > /dev/null &
reader=$!
finds_nothing
cat "$QMI_DEVICE" > /dev/null &
finds channel-held
kill $reader $!
exec 9<> "$QMI_DEVICE"	# as README has it for qmicli
finds driver-name
exec 9>&-
driver_unload
driver_load driver_name=qmi_wwan
wait_for_modem
finds_nothing
pretend quectel-CM
finds two-managers
kill $! $modemmanager
driver_unload
modem_stop

step "settings that the driver cannot follow"
modem_start -d eg12 -n 2
driver_load
wait_for_modem
ip link set wwan0 up
fails bash -c "echo N > /sys/class/net/wwan0/qmi/raw_ip"
finds raw-ip
driver_unload
driver_load qmap_mode=2
wait_for_modem
finds_nothing
ip link set wwan0.1 up
finds link-state
ip link set wwan0.2 up
link_state wwan0.1 up
link_state wwan0.2 up
finds_nothing
ip link set wwan0 down
finds parent-down parent-down
ip link set wwan0.1 down
ip link set wwan0.2 down

step "each entry of Troubleshooting has its word, each word its fault, and each fault is made"
sed -n '/^## Troubleshooting/,/^## Speed/p' "$SRC/README.md" > /tmp/entries
# shellcheck disable=SC2016 # no command
words() { grep -o '(`[a-z-]*`)' | tr -d '(`)' | sort -u; }
words < /tmp/entries > /tmp/words
expect_eq "entries without a word" "" "$(awk '
	/^ *[*]/ { if (entry && !word && !/^  [*]/) print entry; entry = $0; word = 0 }
	/[(]`[a-z-]*`[)]/ { word = 1 }
	/^## Speed/ && !word { print entry }' /tmp/entries)"
grep -o 'finding [a-z-]* ' "$REPORT" | cut -d ' ' -f 2 | sort -u | diff /tmp/words - ||
	fail "words of README.md, and of qmap-report"
grep -h '^finds ' "$SRC"/tests/cases/report*.sh | tr ' ' '\n' | grep -vx finds | sort -u |
	diff /tmp/words - || fail "words of README.md, and faults made by the cases"
