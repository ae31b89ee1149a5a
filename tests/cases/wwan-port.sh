# shellcheck shell=bash
# seconds: 14
# except: mips arm64
# kernels: 6.12 uml-fast
#
# The QMI port of the WWAN class, which cdc-wdm has where the class is built in. Not under
# lockdep: opening the port takes its ops_lock and then wdm_mutex, and wdm_disconnect() takes
# them in the other order. Not with two CPUs, which arm64 has: wdm_wwan_port_tx() stops the port
# after it has submitted a command, so one that is completed at once leaves it stopped for good.
# Both as of Linux 7.3.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

port=/dev/wwan0qmi0

modprobe -a wwan usbnet
insmod /job/cdc-wdm.ko
modem_start -d ec25
insmod "$KO" qmap_mode=1
wait_for_modem
wait_for 10 test -e $port

step "the port is the modem's"
expect_eq "type" QMI "$(< /sys/class/wwan/wwan0qmi0/type)"
expect_eq "interface" "$(readlink -f /sys/class/net/wwan0/device)" \
	"$(readlink -f /sys/class/wwan/wwan0/device)"

step "a data call through it"
QMI_DEVICE=$port
qmi --dms-get-model | grep "Model: 'EC25'"
endpoint="ep-type=hsusb,ep-iface-number=4"
qmi_endpoint() { echo $endpoint; }
set_data_format qmap
dial 1 wwan0
answers 1

step "the port disappears with the modem"
qmodem ctl unplug
wait_for 10 modem_is_gone
wait_for 5 test ! -e $port
