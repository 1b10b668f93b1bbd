#!/bin/sh
# Measures the planner in release, in this process and as a process of its own.
# NUMACTL_PLAN_FULL_HOSTS=N cuts N sets of guests from each kind of full host (20), and asks N questions of each hard kind.
# NUMACTL_PLAN_FAMILY names one hard kind to be asked alone, NUMACTL_PLAN_CELLS one number of host cells.
# NUMACTL_PLAN_TABLES names the tables to print: sizes, growth, wide, families, full, process (all).
set -eu
cd "$(dirname "$0")/../.."
swift build -c release --static-swift-stdlib --product planner-bench >&2
swift build -c release --static-swift-stdlib --product numactl-plan >&2
folder=$(swift build -c release --static-swift-stdlib --show-bin-path)
exec "$folder/planner-bench" "$folder/numactl-plan"
