#!/usr/bin/env bash
# How many requests of customers one bank's node answers: a network of six banks on this machine, wrk against one.
#
#   scripts/load.sh [--customers N] [--seconds S] [--connections C]
#
# Prints for reads and for payments the answers a second and their times, as fast as they come and at a pace, and
# what a thousand answers cost the node in processor time: the machine is shared with five other nodes and with
# wrk itself. Needs wrk and Node.js (Debian: wrk, nodejs). The network and its people are removed at the end.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

CUSTOMERS=200 SECONDS_EACH=15 CONNECTIONS=32
while [ "$#" -gt 0 ]; do
  case "$1" in
    --customers) CUSTOMERS="$2" ;;
    --seconds) SECONDS_EACH="$2" ;;
    --connections) CONNECTIONS="$2" ;;
    *) die "unknown argument $1; see the head of this script" ;;
  esac
  shift 2
done
for tool in wrk node; do
  command -v "$tool" >/dev/null || die "$tool is missing; on Debian: apt-get install wrk nodejs"
done

BINARY="${CARGO_TARGET_DIR:-$ROOT/target}/release/idx-node"
set_up release
cargo build --manifest-path "$ROOT/Cargo.toml" --locked --release --package idx-node

WORK="$(mktemp -d)"
PORT_BASE=5700
export IDX_TESTNET_DIR="$WORK/net" PEOPLE="$WORK/people"

clean_up() {
  "$BINARY" testnet down >/dev/null 2>&1 || true
  rm -rf "$WORK"
}
trap clean_up EXIT

say "starting six banks"
"$BINARY" testnet up --no-custodians --no-payments --port-base "$PORT_BASE" --p2p-port-base 6700 >/dev/null
# The bounds on a single address and login are for the world, not for this.
sed -i -E 's/^(rest_per_second|rest_per_second_login|entries_per_minute) = .*/\1 = 1000000/' "$IDX_TESTNET_DIR/hdfc/config.toml"
"$BINARY" testnet stop HDFC >/dev/null
"$BINARY" testnet start HDFC >/dev/null
say "making $CUSTOMERS customers"
URL="http://127.0.0.1:$((PORT_BASE + 1))"
node "$ROOT/tests/load/people.mjs" "$URL" "$IDX_TESTNET_DIR/hdfc/admin.sock" "$CUSTOMERS" "$PEOPLE"

NODE="$(awk 'NR == 1 { print $1 }' "$IDX_TESTNET_DIR/hdfc/node.pid")"
ticks() { awk '{ print $14 + $15 }' "/proc/$NODE/stat"; }

# load WHAT CONNECTIONS PAUSE_MS LABEL
load() {
  local before after line answers
  before="$(ticks)"
  line="$(WHAT="$1" PAUSE_MS="$3" wrk -t1 -c"$2" -d"${SECONDS_EACH}s" -s "$ROOT/tests/load/load.lua" "$URL" | tail -1)"
  after="$(ticks)"
  answers="$(awk -v line="$line" -v s="$SECONDS_EACH" 'BEGIN { split(line, part, " "); print part[2] * s }')"
  awk -v label="$4" -v line="$line" -v t="$((after - before))" -v n="$answers" -v hz="$(getconf CLK_TCK)" 'BEGIN {
    cost = n > 0 ? t / hz * 1000 / (n / 1000) : 0
    printf "%-24s %s; a thousand cost the node %.0f ms\n", label, line, cost
  }'
}

load balance "$CONNECTIONS" 0 "as fast as it goes"
load accounts "$CONNECTIONS" 0 "as fast as it goes"
load history "$CONNECTIONS" 0 "as fast as it goes"
load balance 50 20 "at a pace of 2,500"
load send "$CONNECTIONS" 0 "as fast as it goes"
