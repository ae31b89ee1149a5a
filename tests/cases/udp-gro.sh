# shellcheck shell=bash
# seconds: 30
#
# GRO merges the datagrams of a burst for a socket that asks for it, also while the socket
# sends, and while another socket receives without GRO.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

# A transfer has the 16 datagrams of a burst, and sometimes those of the next, or only a part
# of a burst if its sender is slow. A few may stay single.
bursts() { # silent, or nothing
	local frames transfers least
	frames=$(modem_stat downlink_frames)
	transfers=$(modem_stat downlink_transfers)
	python3 "$SRC/tests/programs/udp_gro.py" receive 50 "$@" > /tmp/merged & receiver=$!
	wait_for 20 host_listens u 9000
	in_pdn 1 python3 "$SRC/tests/programs/udp_gro.py" send 10.64.1.2 50 "$@"
	wait $receiver
	frames=$(($(modem_stat downlink_frames) - frames))
	transfers=$(($(modem_stat downlink_transfers) - transfers))
	least=$((75 * frames / transfers))
	expect_within "hundredths of datagrams per receive" $((least < 1400 ? least : 1400)) 6400 \
		"$(< /tmp/merged)"
}

bring_up "rm520 --hold-us 100000" qmap_mode=1 qmapv5 1
answers 1

step "the receiver sends nothing"
bursts silent

step "the receiver answers each burst"
bursts

step "another socket receives without GRO"
python3 -c 'import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("", 7001))
while True: sock.recv(2000)' & other=$!
wait_for 20 host_listens u 7001
in_pdn 1 python3 -c 'import socket, time
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    sock.sendto(bytes(200), ("10.64.1.2", 7001))
    time.sleep(0.004)' & flood=$!
bursts
kill $other $flood
