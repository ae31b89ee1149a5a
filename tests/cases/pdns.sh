# shellcheck shell=bash
# seconds: 60
# except: mips
#
# Four data calls at once, IPv4 and IPv6. No packet goes from one to another, and they share
# the uplink.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/traffic.sh"

modem_start -d eg12
driver_load qmap_mode=4
wait_for_modem

step "nothing but wwan0 belongs to the USB interface"
expect_eq "netdevs of the interface" wwan0 "$(ls "$(readlink -f "$(readlink -f /sys/class/net/wwan0)/../..")/net")"
for n in 1 2 3 4; do
	klog_has "wwan0.$n: link of wwan0, mux id 0x8$n" || fail "no line for wwan0.$n"
	expect_eq "type of wwan0.$n" wwan "$(sed -n s/DEVTYPE=//p /sys/class/net/wwan0.$n/uevent)"
done

expect_up() { # netdev, whether
	expect_eq "IFF_UP of $1" "$2" $(($(< "/sys/class/net/$1/flags") & 1))
}

step "a link brings its parent up, and stays up when that goes down"
ip link set wwan0.1 up
expect_up wwan0 1
ip link set wwan0 down
expect_up wwan0.1 1

step "so does a link in another namespace"
ip netns add other
ip link set wwan0.2 netns other
ip -n other link set wwan0.2 up
expect_up wwan0 1
ip -n other link set wwan0.2 netns 1
ip netns delete other
ip link set wwan0 down

step "dial"
set_data_format qmap
for n in 1 2 3 4; do
	dial $n wwan0.$n 4
	dial $n wwan0.$n 6
	start_iperf $n
done
ip -br address
for n in 1 2 3 4; do
	expect_eq "address of wwan0.$n" "10.64.$n.2" \
		"$(ipv4_address wwan0.$n)"
	pings $n
done

step "a packet of one PDN appears on its link only"
for n in 1 2 3 4; do
	# other processors' roots have no user for it
	tcpdump -Z root -U -n -i wwan0.$n -w /tmp/capture.$n udp port 9 2> /tmp/tcpdump.$n &
	wait_for 10 file_says listening /tmp/tcpdump.$n
done
for i in 1 2 3 4 5 6 7 8; do
	qmodem ctl send udp:2:100 udp:3:200 udp:2:$((100 + i)) udp:3:$((200 + i))
done
lengths() { tcpdump -Z root -nr "/tmp/capture.$1" 2> /dev/null | awk '{ print $NF + 28 }' | sort -n | uniq -c | awk '{ print $1 "*" $2 }' | paste -sd ' '; }
captured() { [ "$(tcpdump -Z root -nr "/tmp/capture.$1" 2> /dev/null | wc -l)" -ge "$2" ]; }
wait_for 10 captured 2 16
wait_for 10 captured 3 16
expect_eq "on wwan0.2" "8*100 1*101 1*102 1*103 1*104 1*105 1*106 1*107 1*108" "$(lengths 2)"
expect_eq "on wwan0.3" "8*200 1*201 1*202 1*203 1*204 1*205 1*206 1*207 1*208" "$(lengths 3)"
expect_eq "on wwan0.1" "" "$(lengths 1)"
expect_eq "on wwan0.4" "" "$(lengths 4)"

step "statistics of links and parent"
packets() { cat "/sys/class/net/$1/statistics/$2_packets"; }
for way in rx tx; do
	sum=0
	before=$(packets wwan0 $way)
	for n in 1 2 3 4; do
		sum=$((sum + $(packets wwan0.$n $way)))
	done
	expect_eq "$way packets of wwan0" $sum "$before"
done

all_four() { # arguments of iperf3...
	for n in 1 2 3 4; do
		iperf $n "$@" > /tmp/rate.$n &
		pids[n]=$!
	done
	for n in 1 2 3 4; do
		wait "${pids[n]}"
	done
}

down() { # pdn
	awk -F '[:,]' '/sum_received_bidir_reverse/ { found = 1 } found && /bits_per_second/ { printf "%d\n", $2; exit }' \
		"/tmp/iperf.$1"
}

step "all four at once, up and down"
all_four -t 3 --bidir
for n in 1 2 3 4; do
	down $n > /tmp/down.$n
	echo "PDN $n: $(($(< /tmp/rate.$n) / 1000)) kbit/s up, $(($(< /tmp/down.$n) / 1000)) down"
done
for way in rate down; do
	sort -n /tmp/$way.* > /tmp/rates
	! machine_is_fast || [ $(($(head -n 1 /tmp/rates) * 20)) -ge "$(tail -n 1 /tmp/rates)" ] ||
		fail "a PDN is starved"
done

# The modem shares the downlink, the driver the uplink.
step "all four send more than the modem takes, and get the same share"
qmodem ctl service 10000
qmodem ctl reset-stats
all_four -u -b 50M -l 1372 -t 2
qmodem ctl service 0
for n in 1 2 3 4; do
	modem_stat pdn${n}_uplink_frames
done | sort -n > /tmp/frames
echo "packets: $(paste -sd ' ' /tmp/frames)"
# A slow machine sends less than the modem takes.
! machine_is_fast || [ $(($(head -n 1 /tmp/frames) * 3 / 2)) -ge "$(tail -n 1 /tmp/frames)" ] ||
	fail "not shared fairly"

step "a PDN that sends less than its share loses nothing"
qmodem ctl service 1000
for n in 2 3 4; do
	iperf $n -u -b 50M -l 1372 -t 3 > /dev/null &
	pids[n]=$!
done
iperf 1 -u -b 500K -l 200 -t 2 > /dev/null
lost=$(awk -F '[:,]' '/"sum"/ { found = 1 } found && /lost_packets/ { print $2 + 0; exit }' /tmp/iperf.1)
for n in 2 3 4; do
	wait "${pids[n]}"
done
qmodem ctl service 0
! machine_is_fast || expect_eq "packets lost" 0 "$lost"

step "one call ends, the others go on"
hang_up wwan0.2 4
! ping -q -c 2 -i 0.2 -W 1 10.64.2.1 > /dev/null || fail "PDN 2 answers after its call has ended"
for n in 1 3 4; do
	pings $n
done
