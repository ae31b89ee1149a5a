# shellcheck shell=bash
# seconds: 60
#
# Segmentation and checksums: with every setting of ethtool -K the same bytes arrive, and the
# stack of the far end finds their checksums right.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

FILE_BYTES=200000
make_file
# The modem waits for full transfers: how long a run gets does not depend on the load.
modem_start -d rm520 --hold-us 20000
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
	python3 "$SRC/tests/programs/udp_sizes.py" check 10.64.1.1 1440 1472
	python3 "$SRC/tests/programs/udp_sizes.py" check 2001:db8:1::1 1 40
	# without tx-checksumming some kernels have no UDP GSO
	[ "$(feature tx-checksumming)" = on ] || return 0
	python3 "$SRC/tests/programs/udp_sizes.py" gso 10.64.1.1 1400 20
	python3 "$SRC/tests/programs/udp_sizes.py" gso 2001:db8:1::1 301 60
}

step "what is on by default"
for name in rx-checksumming tx-checksumming scatter-gather tcp-segmentation-offload \
	tx-tcp-mangleid-segmentation tx-tcp6-segmentation tx-udp-segmentation \
	generic-receive-offload highdma; do
	expect_eq $name on "$(feature $name | sed 's/ .*//')"
done

for protocol in qmap qmapv5; do
	connect_anew 1 $link $protocol
	set_aggregation 11 8192
	if [ $protocol = qmap ]; then
		start_iperf 1
		start_echo 1
	fi
	# QMAPv1 has no checksums: there it is enough to switch tx off
	for off in '' tx $([ $protocol = qmap ] || echo tx-udp-segmentation tso sg rx); do
		step "$protocol, off: ${off:-nothing}"
		[ -z "$off" ] || ethtool -K $link "$off" off > /dev/null
		before="$(counter tx_csum_asked $link) $(counter rx_csum_valid $link)"
		send_all_sorts
		after="$(counter tx_csum_asked $link) $(counter rx_csum_valid $link)"
		expect_eq "packets with a wrong checksum, seen by the far end" 0 "$(wrong_checksums)"
		[ $protocol = qmapv5 ] || expect_eq "checksums asked for or found with QMAPv1" "$before" "$after"
		ethtool -K $link tx on rx on sg on tso on gso on gro on tx-udp-segmentation on > /dev/null
	done
done

step "a modem of QMAPv5 computes checksums, unless that is off"
before=$(counter tx_csum_asked $link)
python3 "$SRC/tests/programs/udp_sizes.py" check 10.64.1.1 1 10
expect_eq "checksums asked for" $((before + 10)) "$(counter tx_csum_asked $link)"
ethtool -K $link tx off
python3 "$SRC/tests/programs/udp_sizes.py" check 10.64.1.1 1 10
expect_eq "checksums asked for with tx off" $((before + 10)) "$(counter tx_csum_asked $link)"

step "its result for received checksums counts, unless that is off"
before=$(counter rx_csum_valid $link)
ethtool -K $link rx off
python3 "$SRC/tests/programs/udp_sizes.py" check 10.64.1.1 1 10
expect_eq "checksums taken from the modem" "$before" "$(counter rx_csum_valid $link)"
ethtool -K $link tx on rx on tso on

step "ip -s counts segments, as the modem does"
expect_counted "packets of ip -s" tx_frames $link cat /sys/class/net/$link/statistics/tx_packets

# A packet socket sees packets as GRO has merged them.
longest_of_a_download() {
	python3 - $link <<- 'SCRIPT'
	import socket, subprocess, sys
	ETH_P_IP, SOL_PACKET, PACKET_IGNORE_OUTGOING, SO_RCVBUFFORCE = 0x0800, 263, 23, 33
	sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
	sock.bind((sys.argv[1], ETH_P_IP))
	sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
	sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
	subprocess.run(["iperf3", "-c", "10.64.1.1", "-t", "1", "-R"], check=True,
	               stdout=subprocess.DEVNULL)
	sock.setblocking(False)
	longest = 0
	try:
	    while True:
	        longest = max(longest, len(sock.recv(70000)))
	except BlockingIOError:
	    print(longest)
	SCRIPT
}

# A timestamp that has changed ends a run, and a slow sender's changes after a few segments.
sysctl -qw net.ipv4.tcp_timestamps=0
step "no packet is longer than GRO may make it"
longest=$(longest_of_a_download)
expect_within "longest packet" 3000 65535 "$longest"
# A kernel before 5.17 has no such setting, and takes it for none.
if ip -d link show $link | grep gro_max_size > /dev/null; then
	ip link set $link gro_max_size 3000
	expect_within "longest packet of 3000 bytes at most" 2800 2999 "$(longest_of_a_download)"
fi
