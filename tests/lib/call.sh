# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Data calls, by QMI or without it; for tests/lib/case.sh.

# --- links with the addresses of a data call

ipv4_address() { # link
	ip -o -4 address show dev "$1" | awk '{ sub("/.*", "", $4); print $4 }'
}

configure_link() { # link, address/prefix, gateway, MTU
	local parent nodad=
	parent=$(parent_of "$1")
	[ ! -e "/sys/class/net/$parent/link_state" ] || link_state "$1" up
	[[ $2 != *:* ]] || nodad=nodad
	ip -batch - << EOT
link set $parent up
link set $1 up mtu $4
address add $2 dev $1 $nodad
route replace $3 dev $1
EOT
}

# One ping, which must not be lost. It may take its time, but less where wait_for() repeats
# it.
answers() { # pdn
	ping -q -c 1 -W "${ANSWER_SECONDS:-30}" "10.64.$1.1" > /dev/null
}

is_silent() { # pdn
	! ping -q -c 1 -W 1 "10.64.$1.1" > /dev/null
}

# What udhcpc runs: as the scripts of distributions, but with a route to the router only. A
# default route would serve one link alone.
write_lease_script() { # path
	cat > "$1" << 'SCRIPT'
#!/bin/sh
[ "$1" = bound ] || exit 0
ip address add "$ip/$mask" dev "$interface"
ip route add "$router" dev "$interface"
SCRIPT
	chmod +x "$1"
}

# --- by QMI

setting() { # name; reads "qmicli --wds-get-current-settings"
	sed -n "s/^ *$1: //p"
}

prefix_length() { # dotted mask
	local octet bits=0
	for octet in ${1//./ }; do
		while [ "$octet" -gt 0 ]; do
			bits=$((bits + (octet & 1)))
			octet=$((octet >> 1))
		done
	done
	echo "$bits"
}

configure_as_told() { # link, family, current settings
	local address gateway
	address=$(setting "IPv$2 address" <<< "$3")
	gateway=$(setting "IPv$2 gateway address" <<< "$3")
	[ "$2" = 6 ] || address+=/$(prefix_length "$(setting "IPv4 subnet mask" <<< "$3")")
	configure_link "$1" "$address" "${gateway%/*}" "$(setting MTU <<< "$3")"
}

# A data call: a client of its own, bound to the link's mux id, one family, started, and
# the link configured as the network says. The call lives as long as its client, whose id
# is kept for hang_up().
#
# The channel stays open meanwhile. When it is closed, cdc-wdm forgets the messages that
# the modem has announced and that were not yet fetched; from then on each answer would
# come one request late. The indication that the call is up may be such a message.
dial() { # pdn, link, family
	local family=${3:-4} cid client handle settings
	cid=$(qmi --wds-noop --client-no-release-cid | sed -n "s/.*CID: '\(.*\)'/\1/p")
	client="--client-cid=$cid --client-no-release-cid"
	# shellcheck disable=SC2086 # two words
	{
		qmi $client --wds-bind-mux-data-port="mux-id=$(($(mux_id "$2"))),$(qmi_endpoint)"
		qmi $client --wds-set-ip-family="$family"
		handle=$(qmi $client --wds-start-network="3gpp-profile=$1,ip-type=$family" |
			sed -n "s/.*Packet data handle: '\(.*\)'/\1/p")
		settings=$(qmi $client --wds-get-current-settings)
	} 9<> "$QMI_DEVICE"
	echo "$settings"
	echo "--client-cid=$cid --wds-stop-network=$handle" > "/tmp/call.$2.$family"
	configure_as_told "$2" "$family" "$settings"
}

hang_up() { # link, family
	# shellcheck disable=SC2046 # words of a command
	qmi $(< "/tmp/call.$1.$2")
}

# --- without QMI, for cases about what comes after it: a data call by qmicli takes five
# --- seconds under emulation

agree() { # protocol (none, qmap, qmapv5, or up/down), parent
	qmodem ctl format "$1" "$(counter rx_urb_size "${2:-wwan0}")"
}

connect() { # pdn, link, family
	qmodem ctl call "$1" "$(mux_id "$2")" "${3:-4}"
	case ${3:-4} in
	4) configure_link "$2" "10.64.$1.2/24" "10.64.$1.1" 1500 ;;
	6) configure_link "$2" "2001:db8:$1::2/64" "2001:db8:$1::1" 1500 ;;
	esac
}

# The calls of a PDN again, in another format.
connect_anew() { # pdn, link, protocol
	local parent
	parent=$(parent_of "$2")
	ip link set "$parent" down
	ip address flush dev "$2"
	qmodem ctl drop "$1" || true
	agree "$3" "$parent"
	tell_version "$3" "$parent"
	connect "$1" "$2" 4
	connect "$1" "$2" 6
}

# Modem, driver and data calls: PDN n is on link wwan0.n, or on wwan0 with qmap_mode=1.
bring_up() { # product and options of qmodem, qmap_mode=N, protocol, pdns...
	local mode=$2 protocol=$3 pdn
	# shellcheck disable=SC2086 # words
	modem_start -d $1
	driver_load "$mode"
	wait_for_modem
	agree "$protocol"
	shift 3
	for pdn; do
		connect "$pdn" "wwan0$([ "$mode" = qmap_mode=1 ] || echo ".$pdn")"
	done
}
