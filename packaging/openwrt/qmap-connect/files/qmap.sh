#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC3043 # local
#
# The protocol "qmap" of /etc/config/network: qmap-connect dials and stays, and runs qmap.script,
# which tells netifd what the network gives. README.md, "OpenWrt", has the options.
# shellcheck source=/dev/null
. /lib/netifd/netifd-proto.sh
init_proto "$@"

proto_qmap_init_config() {
	local option
	# shellcheck disable=SC2034 # for netifd: qmap-connect waits for the modem, and names the link
	no_device=1 available=1
	proto_config_add_string device:device
	for option in apn auth username password pincode pdptype passthrough; do
		proto_config_add_string $option
	done
	for option in pdn profile mtu; do
		proto_config_add_int $option
	done
	proto_config_add_boolean roaming
	proto_config_add_array 'more:list(string)'
	proto_config_add_defaults
}

conf_of() { # interface
	echo "/var/run/qmap.$1.conf"
}

# A line of the file, with what is special to it escaped; none without a value.
key() { # name, value
	[ -z "$2" ] || printf '%s=%s\n' "$1" "$(printf '%s' "$2" | sed 's/\\/\\\\/g; s/^ /\\s/')"
}

families() { # pdptype
	case $1 in
	'' | ipv4v6) ;;
	ip | ipv4) echo 4 ;;
	ipv6) echo 6 ;;
	*) echo "$1" ;;
	esac
}

write_conf() {
	echo "[modem]"
	key pin "$pincode"
	[ "$roaming" != 1 ] || key roaming yes
	echo "[pdn $pdn]"
	key apn "$apn"
	key profile "$profile"
	key ip "$(families "$pdptype")"
	key auth "$auth"
	key user "$username"
	key pass "$password"
	key mtu "$mtu"
	key passthrough "$passthrough"
	[ -n "$passthrough" ] || key address no
}

add_more() { # a PDN, as qmap-connect takes it
	[ -z "$1" ] || more="$more$1
"
}

proto_qmap_setup() {
	local interface="$1" conf
	local device apn auth username password pincode pdptype passthrough pdn profile mtu roaming more=
	json_get_vars device apn auth username password pincode pdptype passthrough pdn profile mtu roaming
	json_for_each_item add_more more
	: "${pdn:=1}"

	conf=$(conf_of "$interface")
	(umask 077 && write_conf > "$conf")
	proto_export "NETIFD_FOR=$interface $pdn"
	set -f
	IFS='
'
	# shellcheck disable=SC2086 # a word for each line
	set -- $more
	unset IFS
	set +f
	proto_run_command "$interface" /usr/sbin/qmap-connect --interface "${device:-wwan0}" \
		--config "$conf" --hook /lib/netifd/qmap.script "$@"
}

# ERROR is the exit status of qmap-connect if it has ended by itself. What would end in the same
# way again is not tried again; another attempt with a wrong PIN could block the card.
proto_qmap_teardown() {
	local interface="$1" error=
	case ${ERROR-} in
	2) error=INVALID_CONFIG ;;
	4) error=DEVICE_IN_USE ;;
	5) error=PIN_FAILED ;;
	esac
	if [ -n "$error" ]; then
		proto_notify_error "$interface" "$error"
		proto_block_restart "$interface"
	fi
	proto_kill_command "$interface"
	rm -f "$(conf_of "$interface")"
}

add_protocol qmap
