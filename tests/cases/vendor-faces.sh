# shellcheck shell=bash
# seconds: 28
#
# What programs for the vendor's driver use: link_state and the three ioctls, to the byte.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

parent=/sys/class/net/wwan0

# No IPv6 addresses: netdevs come up before a data format is agreed on.
sysctl -qw net.ipv6.conf.default.addr_gen_mode=1

carrier() { cat "/sys/class/net/$1/carrier"; }
link_bits() { cat $parent/link_state; }

# By name: qmioctl prints the error of the ioctl.
answers_with() { # error, command...
	local error=$1
	shift
	expect_eq "$*" "$error" "$("$@" || true)"
}

all_up() { # links...
	local link
	for link; do
		ip link set "$link" up
	done
}

another_mode() { # mode
	driver_unload
	qmodem ctl unplug
	qmodem ctl plug
	driver_load "qmap_mode=$1"
	wait_for_modem
}

links_answer() { # qmap_mode, qmap_version, rx_urb_size, links...
	local mode=$1 version=$2 size=$3 i=0 link
	shift 3
	printf '%s\n' "size 164" "rx_urb_size $size" "ep_type 2" "iface_id 4" \
		"qmap_mode $mode" "qmap_version $version" "dl_minimum_padding 0"
	for link; do
		printf 'link %d %s 0x%02x\n' $i "$link" $((0x81 + i))
		i=$((i + 1))
	done
}

step "an EC25 in mode 4: all links have a carrier at first, and link_state is 1"
modem_start -d ec25 --dl-size=16384
driver_load qmap_mode=4
wait_for_modem
all_up wwan0 wwan0.{1,2,3,4}
expect_eq "link_state" 0x1 "$(link_bits)"
for link in wwan0 wwan0.{1,2,3,4}; do
	expect_eq "carrier of $link" 1 "$(carrier "$link")"
done

step "down and up, with numbers in any base"
while read -r value state carriers; do
	echo "$value" > $parent/link_state
	expect_eq "link_state after $value" "$state" "$(link_bits)"
	expect_eq "carriers of wwan0 and its links after $value" "$carriers" \
		"$(cat $parent/carrier /sys/class/net/wwan0.{1,2,3,4}/carrier | tr -d '\n')"
done << 'EOT'
1    0x1 11111
2    0x3 11111
0x82 0x1 11011
130  0x1 11011
0x81 0x0 10011
0204 0x0 10010
0x83 0x0 00000
2    0x2 10100
01   0x3 11100
0x04 0xb 11101
3    0xf 11111
EOT

step "text after the number is ignored, also after a NUL"
in_one_write() { dd bs=4096 iflag=fullblock conv=notrunc of=$parent/link_state status=none; }
printf '0x82\n%0122d\n' 7 | in_one_write
expect_eq "link_state" 0xd "$(link_bits)"
printf '2 and then\n\0\377' | in_one_write
expect_eq "link_state" 0xf "$(link_bits)"

step "links that do not exist, and words that are no numbers"
for value in 0 5 8 0x80 0x85 0xff 0xffffffff -1 x ''; do
	echo "$value" 2> /dev/null > $parent/link_state || true
	expect_eq "link_state after '$value'" 0xf "$(link_bits)"
done

step "the same by 0x89F1"
qmioctl wwan0 state 0x82
expect_eq "link_state" 0xd "$(link_bits)"
expect_eq "carrier of wwan0.2" 0 "$(carrier wwan0.2)"
qmioctl wwan0 state 2
expect_eq "link_state" 0xf "$(link_bits)"
qmioctl wwan0 state 5 > /dev/null || true
expect_eq "link_state" 0xf "$(link_bits)"

step "0x89F3 returns the links by their present names"
expect_eq "0x89F3" "$(links_answer 4 5 4096 wwan0.{1,2,3,4})" "$(qmioctl wwan0 links)"
ip link set wwan0.3 down
ip link set wwan0.3 name fifteen-letters
expect_eq "0x89F3" "$(links_answer 4 5 4096 wwan0.1 wwan0.2 fifteen-letters wwan0.4)" \
	"$(qmioctl wwan0 links)"

step "0x89F3 returns the version to agree on: the one set, or the product's"
version_told() { qmioctl wwan0 links | sed -n 's/^qmap_version //p'; }
for pair in "5 9" "1 5" "auto 5"; do
	echo "${pair% *}" > $parent/tx_qmap_version
	expect_eq "0x89F3 with ${pair% *}" "${pair#* }" "$(version_told)"
done

step "a link has none of the three"
answers_with EOPNOTSUPP qmioctl wwan0.1 links
answers_with EOPNOTSUPP qmioctl wwan0.1 state 1
answers_with EOPNOTSUPP qmioctl wwan0.1 format ul_max_datagrams=2 ul_max_size=8192

limits() { cat $parent/tx_aggr_max_frames $parent/tx_aggr_max_bytes $parent/qmap_size | xargs; }

step "0x89F2 sets the limits each time, and accepts one size of structure"
qmioctl wwan0 format ul_max_datagrams=11 ul_max_size=8192 rx_urb_size=4096
expect_eq "limits" "11 8192 4096" "$(limits)"
qmioctl wwan0 format ul_max_datagrams=5 ul_max_size=4096
expect_eq "limits" "5 4096 4096" "$(limits)"
expect_eq "tx_qmap_version" 1 "$(< $parent/tx_qmap_version)"
echo auto > $parent/tx_qmap_version
for size in 0 28 36 0xffffffff; do
	answers_with EOPNOTSUPP qmioctl wwan0 format size=$size ul_max_datagrams=9 ul_max_size=8000
done
expect_eq "limits" "5 4096 4096" "$(limits)"
expect_eq "tx_qmap_version" auto "$(< $parent/tx_qmap_version)"

step "absurd limits are clamped"
qmioctl wwan0 format ul_max_datagrams=0xffffffff ul_max_size=0xffffffff
expect_eq "limits" "64 32768 4096" "$(limits)"
qmioctl wwan0 format
expect_eq "limits" "1 1 4096" "$(limits)"

# Datagrams come faster than the modem sends them, so its transfers are full.
longest_transfer_is() { # more than, at most
	local size
	size=$(modem_stat downlink_size_max)
	[ "$size" -le "$2" ] || fail "a transfer of $size bytes, where $2 were agreed on"
	[ "$size" -gt "$1" ]
}

step "a larger downlink buffer, while packets come in"
agree qmap
connect 1 wwan0.1
start_iperf 1
qmodem ctl service 2000
qmodem ctl reset-stats
before=$(counter rx_frames)
iperf3 -c 10.64.1.1 -u -b 100M -l 1372 -t 60 -R > /dev/null 2>&1 &
receiver=$!
wait_for 10 longest_transfer_is 2048 4096
qmioctl wwan0 format rx_urb_size=16384 ul_max_datagrams=11 ul_max_size=8192
expect_eq "limits" "11 8192 16384" "$(limits)"
agree qmap
wait_for 10 longest_transfer_is 14336 16384
kill $receiver
qmodem ctl service 0
answers 1
received=$(($(counter rx_frames) - before)) # before the modem's counter, because iperf3's server may still send
lost=$(($(modem_stat downlink_frames) - received))
expect_within "frames lost with what was on the wire when the buffers changed" 0 8 $lost
expect_eq "transfers longer than a buffer" 0 "$(modem_stat downlink_split)"
expect_eq "frames cut off" 0 "$(counter rx_truncated)"
expect_eq "transfers that failed" 0 "$(counter rx_transfer_errors)"
expect_eq "0x89F3" "rx_urb_size 16384" "$(qmioctl wwan0 links | grep rx_urb_size)"
answers 1

step "the buffer never shrinks, and has a limit"
qmioctl wwan0 format rx_urb_size=2048
expect_eq "qmap_size" 16384 "$(< $parent/qmap_size)"
qmioctl wwan0 format rx_urb_size=0xffffffff
expect_eq "qmap_size" 65536 "$(< $parent/qmap_size)"
answers 1

step "mode 1: wwan0 is the link"
another_mode 1
expect_eq "link_state" 0x1 "$(link_bits)"
expect_eq "0x89F3" "$(links_answer 1 5 4096 wwan0)" "$(qmioctl wwan0 links)"
ip link set wwan0 name lte0
expect_eq "0x89F3" "$(links_answer 1 5 4096 lte0)" "$(qmioctl lte0 links)"
ip link set lte0 name wwan0
ip link set wwan0 up
while read -r value state carrier; do
	qmioctl wwan0 state "$value"
	expect_eq "link_state after $value" "$state" "$(link_bits)"
	expect_eq "carrier after $value" "$carrier" "$(carrier wwan0)"
	echo "$value" > $parent/link_state
	expect_eq "link_state after $value" "$state" "$(link_bits)"
done << 'EOT'
0    0x0 0
1    0x1 1
0    0x0 0
0x82 0x1 1
EOT

step "mode 0 has none of these"
another_mode 0
for file in $parent/{qmap_mode,qmap_size,link_state} /sys/module/qmap_wwan/parameters/qmap_mode; do
	[ ! -e "$file" ] || fail "$file in mode 0"
done
for command in links "state 1" "format ul_max_datagrams=2"; do
	# shellcheck disable=SC2086 # words
	answers_with EOPNOTSUPP qmioctl wwan0 $command
done
modem_stop
driver_unload

step "an EG12: no link has a carrier until user space says so"
modem_start -d eg12
driver_load qmap_mode=4
wait_for_modem
all_up wwan0 wwan0.{1,2,3,4}
expect_eq "link_state" 0x0 "$(link_bits)"
for link in wwan0 wwan0.{1,2,3,4}; do
	expect_eq "carrier of $link" 0 "$(carrier "$link")"
done
echo 3 > $parent/link_state
expect_eq "carriers" "1 0 0 1 0" "$(cat /sys/class/net/wwan0{,.1,.2,.3,.4}/carrier | xargs)"
modem_stop
driver_unload

step "an RM520: QMAPv5"
modem_start -d rm520
driver_load qmap_mode=2
wait_for_modem
expect_eq "0x89F3" "$(links_answer 2 9 32768 wwan0.{1,2})" "$(qmioctl wwan0 links)"
qmioctl wwan0 format ul_max_datagrams=11 ul_max_size=8192
expect_eq "tx_qmap_version after 0x89F2" 5 "$(< $parent/tx_qmap_version)"
echo 1 > $parent/tx_qmap_version
expect_eq "0x89F3 with 1" "$(links_answer 2 5 32768 wwan0.{1,2})" "$(qmioctl wwan0 links)"
qmioctl wwan0 format ul_max_datagrams=11 ul_max_size=8192
expect_eq "tx_qmap_version after 0x89F2" 1 "$(< $parent/tx_qmap_version)"
