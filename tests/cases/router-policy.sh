# shellcheck shell=bash
# seconds: 30
# kernels: amd64
# except: built
#
# A router with four PDNs, by the recipe of README.md: hosts and kinds of traffic leave by links of
# their own, in both families, and nothing by another.
#
#   lan: lan1 .11 .12 .13 ==> lan0 192.168.8.1, wwan0.1 ... wwan0.4 ==> pdn1 ... pdn4: 203.0.113.1
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"
. "$SRC/tests/lib/connect.sh"
. "$SRC/tests/lib/lan.sh"
. "$SRC/tests/lib/recipe.sh"

FAR4=203.0.113.1
FAR6=2001:db8:ffff::1

# The same address is behind each PDN, as on the Internet, and tells which PDN it was.
serve_number() { # pdn
	in_pdn "$1" ip address add $FAR4/32 dev lo
	in_pdn "$1" ip address add $FAR6/128 dev lo nodad
	in_pdn "$1" socat TCP6-LISTEN:80,fork,reuseaddr,ipv6only=0 "SYSTEM:echo $1" &
	in_pdn "$1" socat "UDP4-RECVFROM:5060,fork,bind=$FAR4" "SYSTEM:echo $1" &
	in_pdn "$1" socat "UDP6-RECVFROM:5060,fork,bind=[$FAR6]" "SYSTEM:echo $1" &
	wait_for 10 listens "$1" t 80
	wait_for 10 listens "$1" u 5060
}

# From an address of the LAN, by TCP or UDP.
ask() { # stream or dgram, host's address, server's address, port
	in_lan python3 - "$@" <<- 'SCRIPT'
	import socket, sys
	kind, host, server, port = sys.argv[1:]
	family = socket.AF_INET6 if ":" in host else socket.AF_INET
	sock = socket.socket(family, getattr(socket, "SOCK_" + kind.upper()))
	sock.settimeout(20)
	sock.bind((host, 0))
	sock.connect((server, int(port)))
	sock.send(b"?")
	print(sock.recv(100).decode().strip())
	SCRIPT
}

expect_pdn() { # pdn, stream or dgram, host, port
	expect_eq "PDN of host $3, IPv4" "$1" "$(ask "$2" "192.168.8.$3" $FAR4 "$4")"
	expect_eq "PDN of host $3, IPv6" "$1" "$(ask "$2" "fd00:8::$3" $FAR6 "$4")"
}

step "four PDNs, and three hosts on a LAN"
modem_start -d rm520 -n 4
driver_load qmap_mode=4
wait_for_modem
lan_start 192.168.8.11/24 192.168.8.1 fd00:8::11/64 fd00:8::1
for host in 12 13; do
	ip -n lan address add 192.168.8.$host/24 dev lan1
	ip -n lan address add fd00:8::$host/64 dev lan1
done
ip address add 192.168.8.1/24 dev lan0
ip address add fd00:8::1/64 dev lan0 nodad
for pdn in 1 2 3 4; do
	serve_number $pdn
done
qmi_proxy_listens || start_qmi_proxy
PATH=/job:$PATH follow_recipe policy > "$CONNECT_LOG" 2>&1
for pdn in 1 2 3 4; do
	wait_for 20 says "^wwan0.$pdn: .*2001:db8:$pdn::2"
done

step "each host leaves by its link"
for pdn in 1 2 3; do
	expect_pdn $pdn stream 1$pdn 80
done

step "and what is marked by its own, whoever sends it"
for host in 11 12; do
	expect_pdn 4 dgram $host 5060
done

step "all at once: what one host sends is nowhere else"
frames() { # pdns: frames on the uplink
	local pdn
	for pdn; do
		modem_stat "pdn${pdn}_uplink_frames"
	done | xargs
}
in_pdn 2 iperf3 -s -D > /dev/null
wait_for 10 listens 2 t 5201
before=$(frames 1 3 4)
in_lan iperf3 -c $FAR4 -B 192.168.8.12 -n 2M > /dev/null
in_lan iperf3 -c $FAR6 -B fd00:8::12 -n 2M -R > /dev/null
expect_eq "frames on PDN 1, 3 and 4" "$before" "$(frames 1 3 4)"
