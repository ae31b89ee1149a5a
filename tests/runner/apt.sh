# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# An apt of its own for another release or processor, below $CACHE. The machine's own apt is
# not touched, and nothing of another release is installed.

# The release of Debian that this machine has.
own_release() {
	sed -n 's/^VERSION_CODENAME=//p' /etc/os-release
}

# Where this machine's apt finds Debian, and its security updates.
mirror() { # pattern
	# shellcheck disable=SC2016 # apt expands it
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' |
		sed -n "/$1/p" | head -n 1
}

# A release has its security updates. What is newer than a release wants libraries of it.
sources_of() { # release
	local debian='debian\/$' security=security
	case $1 in
	*-security) set -- $security "$1" ;;
	*-backports) set -- "$debian" "${1%-*}" "$debian" "$1" ;;
	*) set -- "$debian" "$1" $security "$1-security" ;;
	esac
	while [ $# -gt 0 ]; do
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror "$1") $2 main"
		shift 2
	done
}

# A mirror may be out of step with itself for a while, or for one processor: apt keeps what it
# got.
update() { # directory
	local try
	for try in 1 2; do
		! apt-get -qq -o APT::Sandbox::User=root update >&2 || break
		[ "$try" = 2 ] || sleep 10
	done
	[ -z "$(find "$1/lists" -name '*_Packages*' -print -quit)" ] || touch "$1/updated"
}

# From here on apt is this one: of a processor, and of amd64 for tools that run here. It is
# updated once a day: $apt/updated is as old as the last time.
use_apt() { # release, processor
	apt=$CACHE/apt/$1-$2
	mkdir -p "$apt"
	exec 8> "$apt/lock"
	flock 8

	if [ ! -e "$apt/conf" ]; then
		mkdir -p "$apt"/{lists,cache,parts}
		sources_of "$1" > "$apt/sources.list"
		{
			printf '%s "%s";\n' Dir::State::lists "$apt/lists" Dir::Cache "$apt/cache" \
				Dir::State::status /dev/null Dir::Etc::sourcelist "$apt/sources.list" \
				Dir::Etc::sourceparts "$apt/parts" Dir::Etc::preferencesparts "$apt/parts" \
				APT::Architecture "$2" APT::Architectures:: "$2" APT::Architectures:: amd64
			# it would not take anything of it by itself
			[[ $1 != *-backports ]] || echo "APT::Default-Release \"$1\";"
		} > "$apt/conf.new"
		mv "$apt/conf.new" "$apt/conf"
	fi
	export APT_CONFIG=$apt/conf
	[ -n "$(find "$apt" -name updated -mtime -1)" ] || update "$apt"
	exec 8>&-
}
