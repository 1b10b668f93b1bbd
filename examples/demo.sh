#!/bin/bash
# Shows numactl-plan at work on this machine, without any daemon and without a trace: QEMU's driver runs inside the commands, with
# a throw-away folder for its definitions. `make demo` installs what is needed, builds, and calls this with the program in PATH.
set -euo pipefail
cd "$(dirname "$0")/.."

# Must be short: libvirt puts sockets below it, and a socket's path has at most 107 bytes.
work=$(mktemp -d /tmp/np-demo.XXXXXX)
trap 'rm -rf "$work"' EXIT
here=(--connect "qemu:///embed?root=$work/libvirt" --boot-file "$work/boot.json" --lock-file "$work/lock" --state-dir "$work/state")

step() { printf '\n=== %s\n' "$1"; }
fail() { printf 'demo: %s\n' "$1" >&2; exit 1; }
# Runs a command and shows it as one would type it.
run() { printf '$ %s\n' "$*"; "$@"; }
# Every definition with its content and the time at which it was last written.
definitions() { find "$work/libvirt/etc/qemu" -name '*.xml' -printf '%p %T@ %i ' -exec sha256sum {} \; | sort; }

step "This machine, as the planner sees it"
run numactl-plan facts --no-libvirt

step "The reference page's guests on its host of three cells, which is not this machine"
run numactl-plan plan examples/reference.yaml --facts examples/numa-host.json

step "Two tiny guests on this machine"
run numactl-plan apply examples/demo.yaml --host numa-host "${here[@]}"
before=$(definitions)
[ "$(wc -l <<< "$before")" = 2 ] || fail "two definitions should be in $work/libvirt/etc/qemu"

step "The same again"
run numactl-plan apply examples/demo.yaml --host numa-host "${here[@]}" | tee "$work/second"
grep -q '^Nothing to do' "$work/second" || fail "the second run should have nothing to do"
[ "$(definitions)" = "$before" ] || fail "the second run wrote a definition"

step "Done: the second run ended with 0 and wrote nothing, not even the same bytes again"
