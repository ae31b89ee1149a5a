# shellcheck shell=bash
# seconds: 75
# except: mips
#
# The interface of qmi_wwan as libqmi uses it: expected data format, links, four multiplexed
# calls. With the driver's own name, and with the name that libqmi's automatic mode needs.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

QMI_MODE=qmi
direct() { qmicli --silent --device=$QMI_DEVICE --device-open-$QMI_MODE "$@"; }

expected_data_format() {
	step "$1: the expected data format is raw_ip"
	expect_eq "at first" raw-ip "$(direct --get-expected-data-format)"
	direct --set-expected-data-format=802-3
	expect_eq "raw_ip" N "$(< /sys/class/net/wwan0/qmi/raw_ip)"
	expect_eq "type of wwan0" 1 "$(< /sys/class/net/wwan0/type)"
	expect_eq "afterwards" 802-3 "$(direct --get-expected-data-format)"
	direct --set-expected-data-format=raw-ip
	expect_eq "raw_ip" Y "$(< /sys/class/net/wwan0/qmi/raw_ip)"
	expect_eq "type of wwan0" 65534 "$(< /sys/class/net/wwan0/type)"
}

# The links that libqmi sees above wwan0.
list_links() {
	direct --link-list=wwan0 | sed -n 's/.*iface: //p; s/^ *\[[0-9]*\] //p' | sort | paste -sd ' '
}

# One that the modem has notified, and that could not be fetched, like what was looked for at first.
unfetched_answer() {
	step "$1: an answer that nobody has fetched is not taken for the next one"
	qmodem ctl fail control:1 EPIPE 2
	! timeout 2 qmicli --silent --device=$QMI_DEVICE --device-open-$QMI_MODE \
		--dms-get-manufacturer 2> /dev/null || fail "answered"
	expect_eq "messages that wait in the modem" 1 "$(modem_stat qmi_waiting)"
	timeout 5 qmicli --silent --device=$QMI_DEVICE --device-open-$QMI_MODE \
		--dms-get-manufacturer || fail "no answer in 5 s"
}

add_links() {
	step "$1: links"
	local n
	for n in 1 2 3 4; do
		direct --link-add="iface=wwan0,prefix=qmimux,mux-id=$((0x80 + n))"
	done
	expect_eq "links" "qmimux0 qmimux1 qmimux2 qmimux3" "$(list_links)"
	for n in 1 2 3 4; do
		expect_eq "mux id of qmimux$((n - 1))" "0x8$n" "$(mux_id qmimux$((n - 1)))"
	done
}

# Until the first answer, one of two packets is in the right version.
is_answered() {
	ping -q -c 4 -i 0.2 -W 5 10.64.1.1 > /dev/null
}

four_calls() {
	step "$1: four calls"
	local n size
	size=$(qmi --wda-set-data-format="link-layer-protocol=raw-ip,ul-protocol=qmap,dl-protocol=qmap,dl-datagram-max-size=32768,dl-max-datagrams=32,$(qmi_endpoint)" |
		sed -n "s/.*Downlink data aggregation max size: '\(.*\)'/\1/p")
	ip link set wwan0 mtu "$size" addrgenmode none
	for n in 1 2 3 4; do
		dial $n qmimux$((n - 1)) 4 > /dev/null
	done
	wait_for 5 is_answered
	expect_violations v5_unexpected 0 40
	for n in 1 2 3 4; do
		python3 "$SRC/tests/programs/udp_sizes.py" check "10.64.$n.1" 1 700 &
		pids[n]=$!
	done
	for n in 1 2 3 4; do
		wait "${pids[n]}"
	done
}

delete_links() {
	step "$1: links are deleted"
	direct --link-delete=link-iface=qmimux2,mux-id=131
	expect_eq "links" "qmimux0 qmimux1 qmimux3" "$(list_links)"
	wait_for 5 answers 4
	direct --link-delete-all=wwan0
	expect_eq "links" "" "$(find /sys/class/net -name 'qmimux*')"
}

told() { # what, expected, arguments of qmicli...
	local what=$1 expected=$2
	shift 2
	expect_eq "$what" "$expected" "$(qmi "$@" | sed -n "s/^\t$what: '\(.*\)'/\1/p")"
}

what_libqmi_reads() {
	step "profiles, and the configuration in use"
	told "Default profile number" 1 --wds-get-default-profile-number=3gpp
	told "Profile index" 5 --wds-create-profile=3gpp,apn=ims,pdp-type=IPV6
	qmi --wds-get-profile-list=3gpp > /tmp/profiles
	grep -A 4 "\[5\] 3gpp" /tmp/profiles | grep "APN: 'ims'" ||
		fail "profile 5: $(< /tmp/profiles)"
	qmi --wds-delete-profile=3gpp,5
	qmi --pdc-list-configs=software > /tmp/configurations
	grep "ROW_Generic_3GPP" /tmp/configurations || fail "$(< /tmp/configurations)"
	grep -i "Status: *Active" /tmp/configurations || fail "$(< /tmp/configurations)"
	told "Usage preference" data-centric --nas-get-system-selection-preference
}

modem_start -d ec25
for n in 1 2 3 4; do
	start_echo $n
done
driver_load
wait_for_modem
expected_data_format "qmap_wwan"
unfetched_answer "qmap_wwan"
what_libqmi_reads
add_links "qmap_wwan"
four_calls "qmap_wwan"
delete_links "qmap_wwan"
pkill -x qmi-proxy
driver_unload
qmodem ctl unplug
qmodem ctl plug

QMI_MODE=auto
driver_load driver_name=qmi_wwan
wait_for_modem
expect_eq "driver of the interface" qmi_wwan "$(basename "$(readlink -f /sys/class/net/wwan0/device/driver)")"
expect_eq "driver for ethtool" qmi_wwan "$(ethtool -i wwan0 | sed -n 's/^driver: //p')"
expected_data_format "qmi_wwan"
add_links "qmi_wwan"
four_calls "qmi_wwan"
delete_links "qmi_wwan"
