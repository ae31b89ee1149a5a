# shellcheck shell=bash
# seconds: 30
#
# Datagrams of a burst are merged for a socket that wants them so, also while it sends
# itself, and while others receive what nobody wants merged.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

# The 16 datagrams of a burst come in one transfer, at times with those of another, and
# few may go alone.
bursts() { # silent, or nothing
	python3 "$SRC/tests/programs/udp_gro.py" receive 150 "$@" > /tmp/merged & receiver=$!
	wait_for 20 host_listens u 9000
	in_pdn 1 python3 "$SRC/tests/programs/udp_gro.py" send 10.64.1.2 150 "$@"
	wait $receiver
	expect_within "hundredths of datagrams per receive" 1400 6400 "$(cat /tmp/merged)"
}

bring_up "rm520 --hold-us 20000" qmap_mode=1 qmapv5 1
answers 1

step "a receiver that is silent"
bursts silent

step "one that answers each burst"
bursts

step "beside datagrams that nobody wants merged"
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
