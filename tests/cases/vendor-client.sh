# shellcheck shell=bash
# seconds: 46
#
# Calls in the way of the vendor's connection manager, step by step: one call on the modem's
# own channel, four through a proxy, and four from 32-bit programs.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

parent=/sys/class/net/wwan0
stdin=/dev/null

mkdir -p /etc/udhcpc
write_lease_script /etc/udhcpc/default.script

log_of() { echo "/tmp/client.$1"; }

client() { # pdn, directory of the program, options...
	local pdn=$1 program=$2/qmclient
	shift 2
	"$program" -n "$pdn" "$@" < "$stdin" > "$(log_of "$pdn")" 2>&1 &
	clients[pdn]=$!
}

connected() { # pdn
	kill -0 "${clients[$1]}" 2> /dev/null || fail "client $1 ended: $(cat "$(log_of "$1")")"
	file_says ^connected "$(log_of "$1")"
}

says() { # pdn, what it must have said
	grep -qF -- "$2" "$(log_of "$1")" || fail "client $1 did not say '$2': $(cat "$(log_of "$1")")"
}

ends() { # pdn, exit status expected
	expect_exit_status "client $1" "$2" "${clients[$1]}"
}

hangs_up() { # pdn
	kill "${clients[$1]}"
	ends "$1" 0
}

# Packets come faster than the modem takes them, so they must share transfers: at most eleven
# and at most 8192 bytes, as was agreed on.
uplink_aggregates() { # pdns...
	local n senders=()
	qmodem ctl service 5000
	qmodem ctl reset-stats
	for n; do
		iperf "$n" -u -b 50M -l 672 -t 1 > /dev/null &
		senders+=($!)
	done
	for n in "${senders[@]}"; do
		wait "$n"
	done
	qmodem ctl service 0
	expect_eq "most frames in an uplink transfer" 11 "$(modem_stat uplink_frames_max)"
	modem_is_content
}

both_families_answer() { # pdn
	answers "$1" || fail "no ping over PDN $1"
	ping -q -c 1 -W 30 "2001:db8:$1::1" > /dev/null || fail "no ping6 over PDN $1"
}

alone() { # where the mode comes from (ioctl, sysfs), options of qmclient...
	local source=$1
	shift
	client 1 /job -4 -6 "$@"
	wait_for 20 connected 1
	says 1 "wwan0, /dev/cdc-wdm0, interface 4, qmap_mode 1, version 5, 4096 bytes, by $source"
	says 1 "agreed: down 4096 bytes, up 8192 bytes and 11 datagrams"
	says 1 "attached, LTE"
	says 1 "all links of wwan0 are down"
	expect_eq "address" 10.64.1.2 "$(ipv4_address wwan0)"
	expect_eq "link_state" 0x1 "$(< $parent/link_state)"
	expect_eq "carrier" 1 "$(< $parent/carrier)"
	expect_eq "MTU as the network has it" 1400 "$(< $parent/mtu)"
	both_families_answer 1
}

step "one client, qmap_mode=1"
modem_start -d ec25 --mtu=1400
driver_load qmap_mode=1
wait_for_modem
alone ioctl
says 1 "lease of 10.64.1.2 obtained"
expect_eq "tx_aggr_max_frames" 11 "$(< $parent/tx_aggr_max_frames)"
expect_eq "tx_aggr_max_bytes" 8192 "$(< $parent/tx_aggr_max_bytes)"
start_iperf 1
uplink_aggregates 1

step "it hangs up"
hangs_up 1
expect_eq "link_state" 0x0 "$(< $parent/link_state)"

step "once more: the mode by sysfs, links by ioctl, no DHCP, the end with its standard input"
mkdir /tmp/without_dhcp
printf '#!/bin/sh\nexit 1\n' > /tmp/without_dhcp/busybox
chmod +x /tmp/without_dhcp/busybox
stdin=/tmp/stdin
mkfifo $stdin
sleep 1000 > $stdin &
holder=$!
PATH=/tmp/without_dhcp:$PATH alone sysfs -s -i
says 1 "static address 10.64.1.2/24, gateway 10.64.1.1"
kill $holder
ends 1 0
stdin=/dev/null
expect_eq "link_state" 0x0 "$(< $parent/link_state)"
modem_stop
driver_unload

proxy_is_ready() {
	kill -0 "$proxy" 2> /dev/null || fail "qmproxy ended: $(< /tmp/proxy)"
	file_says "^ready$" /tmp/proxy
}

four_calls() { # directory of the programs, version, downlink bytes, name of link 2, options...
	local dir=$1 version=$2 size=$3 name=$4 n
	local links=(wwan0 wwan0.1 "$name" wwan0.3 wwan0.4)
	shift 4
	"$dir/qmproxy" > /tmp/proxy 2>&1 &
	proxy=$!
	wait_for 20 proxy_is_ready
	grep -qxF "agreed: down $size bytes, up 8192 bytes and 11 datagrams" /tmp/proxy ||
		fail "$(< /tmp/proxy)"
	for n in 1 2 3 4; do
		client $n "$dir" -4 -6 "$@"
	done
	for n in 1 2 3 4; do
		wait_for 40 connected $n
		says $n "qmap_mode 4, version $version, $size bytes, by ioctl"
		says $n "lease of 10.64.$n.2 obtained"
		says $n "connected ${links[n]}"
		expect_eq "address of ${links[n]}" 10.64.$n.2 "$(ipv4_address "${links[n]}")"
		expect_eq "carrier of ${links[n]}" 1 "$(< "/sys/class/net/${links[n]}/carrier")"
		both_families_answer $n
		start_iperf $n
	done
	expect_eq "link_state" 0xf "$(< $parent/link_state)"
	uplink_aggregates 1 2 3 4
}

step "four clients, qmap_mode=4"
modem_start -d eg12
driver_load qmap_mode=4
wait_for_modem
expect_eq "link_state at first" 0x0 "$(< $parent/link_state)"
four_calls /job 5 16384 wwan0.2

step "one hangs up; an older one, which composes the name of its link, dials"
hangs_up 2
expect_eq "link_state" 0xd "$(< $parent/link_state)"
client 2 /job -s
wait_for 20 connected 2
says 2 "qmap_mode 4, version 5, 16384 bytes, by sysfs"
answers 2
hangs_up 2

step "the network ends another, two go on"
qmodem ctl drop 3
ends 3 1
says 3 "the network has ended the call"
expect_eq "link_state" 0x9 "$(< $parent/link_state)"
both_families_answer 1
both_families_answer 4

step "the last one finds that it was the last"
hangs_up 1
expect_eq "end of client 1" "hanging up" "$(tail -n 1 "$(log_of 1)")"
hangs_up 4
expect_eq "end of client 4" "all links of wwan0 are down" "$(tail -n 1 "$(log_of 4)")"
expect_eq "link_state" 0x0 "$(< $parent/link_state)"
expect_eq "carrier of wwan0" 0 "$(< $parent/carrier)"
kill "$proxy"
modem_stop
driver_unload

step "two clients on an EC25, whose other links have a carrier without a call"
modem_start -d ec25
driver_load qmap_mode=4
wait_for_modem
/job/qmproxy > /tmp/proxy 2>&1 &
proxy=$!
wait_for 20 proxy_is_ready
for n in 1 2; do
	client $n /job
done
for n in 1 2; do
	wait_for 40 connected $n
	answers $n
done
hangs_up 1
hangs_up 2
expect_eq "end of client 2" "all links of wwan0 are down" "$(tail -n 1 "$(log_of 2)")"
expect_eq "link_state" 0x0 "$(< $parent/link_state)"
kill "$proxy"
modem_stop
driver_unload

# User Mode Linux and kernels of 32 bits run programs of one kind.
programs=/job
if [[ -d /job/32 && $RELEASE != *-uml ]]; then
	programs=/job/32
	expect_eq "class of qmclient" 01 "$(od -An -tx1 -j 4 -N 1 $programs/qmclient | tr -d ' ')"
fi

step "$programs, QMAPv5, a link with another name, links by ioctl"
modem_start -d rm520
driver_load qmap_mode=4
wait_for_modem
ip link set wwan0.2 name voice
four_calls $programs 9 32768 voice -i
for n in 1 2 3 4; do
	hangs_up $n
done
expect_eq "end of client 4" "all links of wwan0 are down" "$(tail -n 1 "$(log_of 4)")"
expect_eq "link_state" 0x0 "$(< $parent/link_state)"
kill "$proxy"
modem_stop
driver_unload

step "an older client, which knows no 5G, in networks of 5G alone and with LTE in charge"
modem_start -d rm520
driver_load qmap_mode=1
wait_for_modem
client 1 /job -s
ends 1 1
says 1 "detached"
modem_stop
modem_start -d rm520 --network=nsa
wait_for_modem
# such a client agrees on QMAPv1, whatever the driver offers
tell_version qmap
client 1 /job -s
wait_for 20 connected 1
says 1 "attached, LTE"
answers 1
hangs_up 1
