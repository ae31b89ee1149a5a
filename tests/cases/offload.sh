# shellcheck shell=bash
# seconds: 60
#
# Segmentation and checksums: in every combination of ethtool -K the same bytes
# arrive, with checksums that the far end's own stack finds right.
. "$SRC/tests/lib.sh"
. "$SRC/tests/traffic.sh"

FILE_BYTES=200000
make_file
modem_start -d rm520
driver_load qmap_mode=2
wait_for_modem
link=wwan0.1

feature() { # long name
	ethtool -k $link | sed -n "s/^\t*$1: //p"
}

wrong_checksums() {
	in_pdn 1 nstat -asz | awk '/^(TcpInCsum|UdpInCsum|Udp6InCsum|IpInHdr)Errors/ { sum += $2 } END { print sum }'
}

send_all_sorts() {
	send_file up 1 /tmp/file
	send_file down 1 /tmp/file
	iperf3 -c 2001:db8:1::1 -n 200K > /dev/null
	python3 "$SRC/tests/udp_sizes.py" check 10.64.1.1 1440 1472
	python3 "$SRC/tests/udp_sizes.py" check 2001:db8:1::1 1 40
	# without tx-checksumming some kernels have no UDP GSO
	[ "$(feature tx-checksumming)" = on ] || return 0
	python3 "$SRC/tests/udp_sizes.py" gso 10.64.1.1 1400 20
	python3 "$SRC/tests/udp_sizes.py" gso 2001:db8:1::1 301 60
}

step "what is on by default"
for name in rx-checksumming tx-checksumming scatter-gather tcp-segmentation-offload \
	tx-tcp6-segmentation tx-udp-segmentation generic-receive-offload highdma; do
	expect_eq $name on "$(feature $name | sed 's/ .*//')"
done

for protocol in qmap qmapv5; do
	connect_anew 1 $link $protocol
	echo 11 > /sys/class/net/wwan0/tx_aggr_max_frames
	echo 8192 > /sys/class/net/wwan0/tx_aggr_max_bytes
	if [ $protocol = qmap ]; then
		start_iperf 1
		start_echo 1
	fi
	# each by itself with the version that has more to go wrong
	for off in '' tx $([ $protocol = qmap ] || echo tx-udp-segmentation tso sg rx); do
		step "$protocol, off: ${off:-nothing}"
		[ -z "$off" ] || ethtool -K $link "$off" off > /dev/null
		before="$(counter tx_csum_asked $link) $(counter rx_csum_valid $link)"
		send_all_sorts
		after="$(counter tx_csum_asked $link) $(counter rx_csum_valid $link)"
		expect_eq "packets with a wrong checksum, seen by the far end" 0 "$(wrong_checksums)"
		[ $protocol = qmapv5 ] || expect_eq "checksums asked of QMAPv1, or found by it" "$before" "$after"
		ethtool -K $link tx on rx on sg on tso on gso on gro on tx-udp-segmentation on > /dev/null
	done
done

step "a modem of QMAPv5 computes checksums, unless that is off"
before=$(counter tx_csum_asked $link)
python3 "$SRC/tests/udp_sizes.py" check 10.64.1.1 1 10
expect_eq "checksums asked for" $((before + 10)) "$(counter tx_csum_asked $link)"
ethtool -K $link tx off
python3 "$SRC/tests/udp_sizes.py" check 10.64.1.1 1 10
expect_eq "checksums asked for with tx off" $((before + 10)) "$(counter tx_csum_asked $link)"

step "its word on received checksums counts, unless that is off"
before=$(counter rx_csum_valid $link)
ethtool -K $link rx off
python3 "$SRC/tests/udp_sizes.py" check 10.64.1.1 1 10
expect_eq "checksums taken from the modem" "$before" "$(counter rx_csum_valid $link)"
ethtool -K $link tx on rx on tso on

step "ip -s counts segments, as the modem does"
expect_counted "packets of ip -s" tx_frames $link cat /sys/class/net/$link/statistics/tx_packets
