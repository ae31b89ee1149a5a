# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# seconds: 30
# machine: chroot
# kernels: 6.12
#
# A release is made of a clone, and what is in its tarball is that version everywhere. What is not
# ready is not released.
. "$SRC/tests/lib/case.sh"

KDIR=$(readlink -f "/lib/modules/$RELEASE/build")
export KDIR GIT_AUTHOR_NAME=me GIT_AUTHOR_EMAIL=me GIT_COMMITTER_NAME=me GIT_COMMITTER_EMAIL=me

is_refused() { # what is said, version
	! .ci/release "$2" > /tmp/said 2>&1 || fail "released"
	expect_eq "said" ".ci/release: $1" "$(< /tmp/said)"
	expect_eq "changes" "" "$(git status --porcelain)"
}

cp -r "$SRC" /tmp/qmap_wwan
cd /tmp/qmap_wwan
git init -q
git add -A
git commit -q -m "all of it"

step "what is refused"
is_refused "a version is 1.2.3" 1.2
sed -i "/^## Unreleased/,/^## [0-9]/{/^\*/d}" CHANGELOG.md
git commit -q --allow-empty -a -m "nothing new"
is_refused "CHANGELOG.md has nothing below Unreleased" 7.8.9

step "a release needs the project's page and its address"
sed -i "s/^## Unreleased\$/&\n\n* Something \`new\`./" CHANGELOG.md
git commit -q -a -m "something"
is_refused "debian/changelog and others name no page or address: see CONTRIBUTING.md" 7.8.9
# shellcheck disable=SC2034 # the recipe has them
PAGE=https://example.org/qmap MAIL=qmap@example.org
eval "$(sed -n '/^    git grep -l qmap-wwan.invalid/,/^$/p' CONTRIBUTING.md)"
git commit -q -a -m "page and address"

step "a release"
.ci/release 7.8.9
expect_eq "places with another version" "" "$(.ci/version)"
expect_eq "tag" "$(git rev-parse HEAD)" "$(git rev-parse 'v7.8.9^{commit}')"
expect_eq "debian/changelog" "qmap-wwan (7.8.9) unstable; urgency=medium" "$(head -n 1 debian/changelog)"
expect_eq "its entry" "  * Something new." "$(sed -n 3p debian/changelog)"
dpkg-parsechangelog -S Version > /dev/null
grep -A 2 "^## 7.8.9, " CHANGELOG.md | grep "Something" || fail "$(< CHANGELOG.md)"
tar -xf qmap_wwan-7.8.9.tar.gz -C /tmp
grep "7.8.9" /tmp/qmap_wwan-7.8.9/dkms.conf || fail "dkms.conf has another version"
grep "developers, $PAGE" /tmp/qmap_wwan-7.8.9/qmap_wwan.c || fail "modinfo tells of no page"
is_refused "there is a v7.8.9" 7.8.9
