# shellcheck shell=bash
# seconds: 30
# except: mips
#
# A data call by qmicli alone, with the commands of README.md: its two blocks, one after the other
# in the same shell.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/recipe.sh"

no_ipv6
start_qmi_proxy
modem_start -d ec25
driver_load qmap_mode=4
wait_for_modem

step "README.md: qmicli, qmicli-call"
for name in qmicli qmicli-call; do
	[ -n "$(recipe $name)" ] || fail "no recipe '$name' in README.md"
	recipe $name
done > /tmp/recipe
echo "sleep infinity" >> /tmp/recipe	# the shell that keeps the channel open
bash -eux /tmp/recipe &

step "the call is up"
wait_for 60 answers 1
expect_eq "default route" "default dev wwan0.1 scope link metric 701" "$(ip route show default | xargs)"
expect_eq "agreed on" "QMAP 5 up, 5 down, 4096 bytes" \
	"QMAP $(modem_stat uplink_protocol) up, $(modem_stat downlink_protocol) down, $(modem_stat downlink_size) bytes"
expect_eq "tx_aggr_max_frames" 11 "$(< /sys/class/net/wwan0/tx_aggr_max_frames)"
