#!/usr/bin/env bash
# Six banks on this machine. Sets up, builds, and hands over to `idx-node testnet`.
#
#   scripts/testnet.sh up [--payments FILE]     set up, build, start, settle a run of payments
#   scripts/testnet.sh up --links              the same, with links that partition, cut, slow and heal act on
#   scripts/testnet.sh partition HDFC,SBI      cut them off from the others; heal ends it
#   scripts/testnet.sh demo                    the whole story on a running network, step by step
#   scripts/testnet.sh help                     all verbs and flags

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

BINARY="${CARGO_TARGET_DIR:-$ROOT/target}/release/idx-node"

build() {
  set_up release
  say "building idx-node (release)"
  cargo build --manifest-path "$ROOT/Cargo.toml" --locked --release --package idx-node
  fill_rocksdb_cache release
}

# Only `up` builds; the other verbs use the binary that it made.
if [ "${1:-help}" = up ] || [ ! -x "$BINARY" ]; then
  build
fi

export IDX_TESTNET_DIR="${IDX_TESTNET_DIR:-$ROOT/.testnet}"
exec "$BINARY" testnet "${@:-help}"
