# shellcheck shell=bash
# seconds: 25
#
# Data calls by the commands that README.md gives for quectel-CM. That may not be passed on, so
# under its name there is a client that does what it does.
. "$SRC/tests/lib/case.sh"
. "$SRC/tests/lib/recipe.sh"

mkdir -p /etc/udhcpc /tmp/bin
write_lease_script /etc/udhcpc/default.script
cat > /tmp/bin/quectel-CM << 'SCRIPT'
#!/bin/sh
n=1 apn=
while getopts n:s: option; do
	case $option in
	n) n=$OPTARG ;;
	s) apn=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# = 0 ] && [ -n "$apn" ] || exit 2
exec /job/qmclient -n "$n" < /dev/null
SCRIPT
cat > /tmp/bin/quectel-qmi-proxy << 'SCRIPT'
#!/bin/sh
[ "$*" = "-d /dev/cdc-wdm0" ] || exit 2
exec /job/qmproxy
SCRIPT
chmod +x /tmp/bin/*
PATH=/tmp/bin:$PATH

step "one call"
modem_start -d rm520
driver_load qmap_mode=1
wait_for_modem
follow_recipe quectel-cm
wait_for 30 answers 1
pkill -f "^/job/qmclient"	# busybox looks for what it was started by
modem_stop
driver_unload

step "several"
modem_start -d rm520
driver_load qmap_mode=4
wait_for_modem
follow_recipe quectel-cm-four
wait_for 30 answers 1
wait_for 30 answers 2
