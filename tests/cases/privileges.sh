# shellcheck shell=bash
# seconds: 25
# except: mips
#
# A user who may not change a netdev may not do so by the driver's attributes and ioctls
# either. The files are writable here for everybody, so that the driver has to refuse.
. "$SRC/tests/lib/case.sh"

parent=/sys/class/net/wwan0
# Where every user can execute it
cp /job/qmioctl /tmp/

nobody="setpriv --reuid=65534 --regid=65534 --clear-groups"

# Without CAP_NET_ADMIN over wwan0: any user; root of a user namespace that wwan0 does not
# belong to; root without that capability.
users=("$nobody" "$nobody unshare --user --map-root-user"
	"setpriv --bounding-set=-net_admin --inh-caps=-net_admin")
# These have a network namespace without wwan0, and see it in sysfs.
strangers=("$nobody unshare --user --net --map-root-user" "$nobody unshare --user --net")

contents() { (cd $parent && head "$@"); }

refuses_write() { # user, attribute, value
	expect_eq "$1: $3 to $2" "bash: line 1: echo: write error: Operation not permitted" \
		"$($1 bash -c "echo $3 > $parent/$2" 2>&1 || true)"
}

refuses_call() { # user, error, words of qmioctl...
	local user=$1 error=$2
	shift 2
	expect_eq "$user: qmioctl wwan0 $*" "$error" "$($user /tmp/qmioctl wwan0 "$@" || true)"
}

# Writes other values than the attributes have. None may be accepted.
refuses_all() { # "attribute value"...
	local user pair before
	local attributes=("${@%% *}")
	(cd $parent && chmod 666 "${attributes[@]}")
	before=$(contents "${attributes[@]}")
	for user in "${users[@]}" "${strangers[@]}"; do
		for pair; do
			# shellcheck disable=SC2086 # two words
			refuses_write "$user" $pair
		done
	done
	expect_eq "attributes" "$before" "$(contents "${attributes[@]}")"
}

step "the vendor's attributes"
modem_start -d ec25
driver_load qmap_mode=4
wait_for_modem
refuses_all "link_state 0x81" "tx_aggr_max_frames 7" "tx_aggr_max_bytes 5000" \
	"tx_aggr_time_usecs 77" "tx_qmap_version 5"

step "the vendor's ioctls: any user may ask, and not set"
links=$(qmioctl wwan0 links)
before=$(contents link_state tx_aggr_max_frames tx_aggr_max_bytes qmap_size)
for user in "${users[@]}"; do
	refuses_call "$user" EPERM state 0x81
	refuses_call "$user" EPERM format rx_urb_size=16384 ul_max_datagrams=7 ul_max_size=5000
	expect_eq "$user: qmioctl wwan0 links" "$links" "$($user /tmp/qmioctl wwan0 links)"
done
for user in "${strangers[@]}"; do
	refuses_call "$user" ENODEV state 0x81
done
expect_eq "attributes" "$before" "$(contents link_state tx_aggr_max_frames tx_aggr_max_bytes qmap_size)"

step "ethtool"
for user in "${users[@]}"; do
	! $user ethtool -C wwan0 rx-usecs 1 2> /tmp/error || fail "$user: ethtool -C"
	grep -q "Operation not permitted" /tmp/error || fail "$user: $(< /tmp/error)"
done
driver_unload

step "root of the user namespace that wwan0 belongs to may"
qmodem ctl unplug
qmodem ctl plug
driver_load qmap_mode=1
wait_for_modem
# shellcheck disable=SC2086 # words of a command
$nobody unshare --user --net --map-root-user sleep 1000 &
owner=$!
wait_for 10 has_own_network $owner
expect_eq "link_state" 0x1 "$(< $parent/link_state)"
ip link set wwan0 netns $owner
nsenter --target $owner --user --net /tmp/qmioctl wwan0 state 0
nsenter --target $owner --user --net /tmp/qmioctl wwan0 format ul_max_datagrams=7 ul_max_size=5000
nsenter --target $owner --net ip link set wwan0 netns 1
kill $owner
expect_eq "link_state" 0x0 "$(< $parent/link_state)"
expect_eq "tx_aggr_max_frames" 7 "$(< $parent/tx_aggr_max_frames)"
driver_unload

step "the attributes of the in-tree driver"
qmodem ctl unplug
qmodem ctl plug
driver_load qmap_mode=0
wait_for_modem
echo 0x02 > $parent/qmi/add_mux
refuses_all "qmi/raw_ip N" "qmi/add_mux 0x03" "qmi/del_mux 0x02"
expect_eq "mux ids" 0x02 "$(xargs < $parent/qmi/add_mux)"
