# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Recipes of README.md, run as they are printed there; for cases that have sourced case.sh.

recipes_run_in=()	# a command that runs others; start_systemd() sets it

# The block below the line <!-- recipe: NAME -->.
recipe() { # name
	awk -v marker="<!-- recipe: $1 -->" '
		$0 == marker { found = 1; next }
		found && inside && /^```/ { exit }
		found && inside
		found && !inside { if (!/^```/) exit; inside = 1 }' "$SRC/README.md"
}

follow_recipe() { # name, edit by sed
	step "README.md: $1${2:+, $2}"
	recipe "$1" | sed "${2:-}" > "/tmp/recipe.$1"
	[ -s "/tmp/recipe.$1" ] || fail "no recipe '$1' in README.md"
	"${recipes_run_in[@]}" bash -eux "/tmp/recipe.$1"
}
