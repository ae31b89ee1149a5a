# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC3043 # local
#
# What OpenWrt has of this name for protocol handlers, as far as ours use it: options come by
# json_get_vars, and what a handler tells netifd goes as lines to netifd.py, which plays it.

tell() { # interface, action; lines
	local problem
	problem=$({ echo "$2"; cat; } | socat -t 60 - "UNIX-CONNECT:/tmp/netifd.$1") || return
	[ -z "$problem" ] || { echo "$problem" >&2; return 1; }
}

# --- options

json_load() { # variables OPT_name, which netifd.py has quoted
	eval "$1"
}

json_get_vars() { # names
	local name
	for name; do
		eval "$name=\${OPT_$name-}"
	done
}

# An array comes as lines.
json_for_each_item() { # function, name
	local lines line
	eval "lines=\${OPT_$2-}"
	while read -r line; do
		"$1" "$line"
	done << END
$lines
END
}

# --- what a handler says about itself

proto_config_add_string() { echo "string $1"; }
proto_config_add_int() { echo "int $1"; }
proto_config_add_boolean() { echo "boolean $1"; }
proto_config_add_array() { echo "array $1"; }
proto_config_add_defaults() { echo "defaults"; }

# --- updates

proto_init_update() { # netdev, up, external
	update="link $1 $2 ${3:-0}"
}

add() { # line
	update="$update
$*"
}

proto_add_ipv4_address() { add address "$1/$2"; }
proto_add_ipv6_address() { add address "$1/$2"; }
proto_add_ipv4_route() { add route "$1/$2" "${3:--}" "${4:--}"; }
proto_add_ipv6_route() { add route "$1/$2" "${3:--}" "${6:--}"; }
proto_add_ipv6_prefix() { add prefix "$1"; }
proto_add_dns_server() { add dns "$1"; }

proto_send_update() { # interface
	echo "$update" | tell "$1" update
}

# --- the process

proto_export() { # variable and value
	exported="${exported-}env $1
"
}

proto_run_command() { # interface, command...
	local interface="$1"
	shift
	{
		printf '%s' "${exported-}"
		printf 'arg %s\n' "$@"
	} | tell "$interface" run
}

proto_kill_command() { # interface
	tell "$1" kill < /dev/null
}

proto_notify_error() { # interface, words
	echo "$2" | tell "$1" error
}

proto_block_restart() { # interface
	tell "$1" block < /dev/null
}

# --- how a handler is called: '' dump; NAME setup|teardown INTERFACE OPTIONS

init_proto() {
	handler=$1 command=$2 interface=${3-} options=${4-}
}

add_protocol() { # name
	if [ "$command" = dump ]; then
		"proto_$1_init_config"
		# shellcheck disable=SC2154 # the handler sets them
		echo "no_device $no_device available $available"
	elif [ "$handler" = "$1" ]; then
		json_load "$options"
		"proto_$1_$command" "$interface"
	fi
}
