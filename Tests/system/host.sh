# Sourced by scripts that need this machine's own kernel, libvirtd and QEMU, with $tests set to what they call themselves.
#
# Starts what is needed and is not there, without an init system: a hugetlbfs for 2 MiB pages, virtlogd, libvirtd. At the end what was
# started is stopped, domains np-sys-… are removed, and every pool of huge pages has as many pages as it began with. Where this machine
# cannot do that the script ends with 77.

refuse() { echo "$tests: $1" >&2; exit 77; }

[ "$(id -u)" = 0 ] || refuse "only root may define domains and reserve pages; run this as root"
missing=()
for tool in virsh libvirtd virtlogd qemu-system-"$(uname -m)" flock mount swift; do
    command -v "$tool" > /dev/null || missing+=("$tool")
done
[ ${#missing[@]} = 0 ] || refuse "not installed: ${missing[*]}
  on Debian: apt-get install libvirt-daemon-system libvirt-clients qemu-system-x86 util-linux"
[ -d /sys/devices/system/node/node0/hugepages/hugepages-2048kB ] || refuse "this kernel has no 2 MiB pages on cell 0"

exec 9> /run/lock/numactl-plan-system-tests.lock
flock -n 9 || refuse "another run is going on"

started=() daemons=() mounted=() pools=()

# What the run started, last first. Pools go back once nothing holds pages any more.
cleanup() {
    local status=$? entry i
    cd /
    if declare -F also_clean > /dev/null; then also_clean; fi
    for name in $(virsh -q list --all --name 2> /dev/null | grep '^np-sys-'); do
        virsh -q destroy "$name" > /dev/null 2>&1
        virsh -q undefine "$name" --nvram --snapshots-metadata > /dev/null 2>&1 && echo "$tests: removed $name, which a test left behind" >&2
    done
    for entry in "${pools[@]}"; do
        [ "$(cat "${entry%=*}")" = "${entry##*=}" ] || echo "${entry##*=}" > "${entry%=*}"
        [ "$(cat "${entry%=*}")" = "${entry##*=}" ] || echo "$tests: ${entry%=*} is not ${entry##*=} again" >&2
    done
    for ((i = ${#started[@]} - 1; i >= 0; i--)); do kill "${started[i]}" 2> /dev/null; done
    for entry in "${started[@]}"; do for ((i = 0; i < 50; i++)); do kill -0 "$entry" 2> /dev/null || break; sleep 0.1; done; done
    for entry in "${mounted[@]}"; do umount "$entry"; done
    exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# start NAME: runs a daemon and remembers its process. Daemons do not inherit the lock.
start() {
    local pid
    "$1" -d 9>&- || { echo "$tests: $1 did not start" >&2; exit 1; }
    pid=$(cat "/run/$1.pid" 2> /dev/null || pgrep -o -x "$1")
    started+=("$pid") daemons+=("$1")
    echo "$tests: started $1 ($pid)"
}

# restart NAME: stops a daemon that this script has started, and starts it again.
restart() {
    local pid
    pid=$(cat "/run/$1.pid" 2> /dev/null || pgrep -o -x "$1")
    kill "$pid" && while kill -0 "$pid" 2> /dev/null; do sleep 0.1; done
    start "$1"
}

# snapshot DOMAIN: has libvirt know of a snapshot "kept" of the domain, whose disks have nothing of it.
snapshot() {
    local xml
    xml=$(mktemp) && printf '<domainsnapshot><name>kept</name><state>shutoff</state><creationTime>1</creationTime>%s</domainsnapshot>' \
        "$(virsh -q dumpxml --inactive "$1")" > "$xml" && virsh -q snapshot-create "$1" --redefine --xmlfile "$xml" && rm "$xml"
}

# Without udev nobody gives /dev/kvm to its group. libvirt then finds QEMU's capabilities out of date at each call, 40 s every time.
if [ -c /dev/kvm ] && getent group kvm > /dev/null && [ "$(stat -c %a:%G /dev/kvm)" = 600:root ]; then
    chgrp kvm /dev/kvm && chmod 660 /dev/kvm
fi
if ! mountpoint -q /dev/hugepages; then
    mkdir -p /dev/hugepages && mount -t hugetlbfs -o pagesize=2M hugetlbfs /dev/hugepages || exit 1
    mounted+=(/dev/hugepages)
fi
if ! virsh -q -c qemu:///system version > /dev/null 2>&1; then
    # Another one, in a mount namespace of its own, has its socket there.
    { pgrep -x virtlogd > /dev/null && [ -S /run/libvirt/virtlogd-sock ]; } || start virtlogd
    start libvirtd
    for ((i = 0; i < 100; i++)); do virsh -q -c qemu:///system version > /dev/null 2>&1 && break; sleep 0.2; done
    virsh -q -c qemu:///system version > /dev/null || { echo "$tests: libvirtd does not answer" >&2; exit 1; }
elif [ ! -d /dev/hugepages/libvirt/qemu ]; then
    refuse "libvirtd was started before /dev/hugepages was mounted and knows no huge pages; restart it"
fi
for pool in /sys/devices/system/node/node*/hugepages/hugepages-*/nr_hugepages; do pools+=("$pool=$(cat "$pool")"); done
