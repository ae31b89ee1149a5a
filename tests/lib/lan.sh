# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A LAN beside the modem, and a host on it; for cases that have sourced case.sh.
#
#	namespace lan: lan1 ==> lan0 :default namespace

# Real segments come from the host, as over a cable.
lan_start() { # addresses and gateways of the host, both families: address/prefix gateway ...
	ip netns add lan
	ip link add lan0 type veth peer name lan1 netns lan
	ip netns exec lan ethtool -K lan1 tx off tso off > /dev/null
	ip link set lan0 up
	ip netns exec lan sysctl -qw net.ipv6.conf.lan1.accept_dad=0
	ip -n lan link set lo up
	ip -n lan link set lan1 up
	while [ $# -gt 0 ]; do
		ip -n lan address add "$1" dev lan1
		ip -n lan route add default via "$2" dev lan1
		shift 2
	done
}

in_lan() { # command...
	ip netns exec lan "$@"
}
