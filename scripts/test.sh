#!/usr/bin/env bash
# All set-up, then every check and every test: format, lints, documents, tests.
#
#   scripts/test.sh                    everything
#   scripts/test.sh -E 'package(=idx-chain)'    further words go to cargo nextest
#
# Tests that want real data find it through IDX_DATA_DIR and are skipped, with a word, without it.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$ROOT"

install_nextest() {
  cargo nextest --version >/dev/null 2>&1 && return 0
  say "installing cargo-nextest, which runs the tests (once, some minutes)"
  cargo install --locked cargo-nextest
}

# A PKCS#11 token in software, for the tests of custodians' keys; without it they print that they are
# skipped.
install_softhsm() {
  command -v softhsm2-util >/dev/null 2>&1 && return 0
  command -v apt-get >/dev/null 2>&1 || return 0
  say "installing softhsm2 (keys in a PKCS#11 token are tested with it)"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends softhsm2
}

# Node.js, the modules of tests/web for the tests of events with socket.io-client, and the TypeScript client;
# without them their tests print that they are skipped.
install_web_modules() {
  if ! command -v npm >/dev/null 2>&1; then
    command -v apt-get >/dev/null 2>&1 || return 0
    say "installing nodejs and npm (events are tested with socket.io-client, and there is a TypeScript client)"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm
  fi
  say "the modules of tests/web, as its package-lock.json says"
  npm ci --prefix "$ROOT/tests/web" --no-audit --no-fund --ignore-scripts --loglevel=error ||
    say "npm ci failed: the tests of events with socket.io-client will be skipped"
  say "the TypeScript client"
  npm ci --prefix "$ROOT/client/ts" --no-audit --no-fund --ignore-scripts --loglevel=error &&
    npm run --prefix "$ROOT/client/ts" --silent build ||
    say "client/ts was not built: its tests will be skipped"
}

# Programs of others that documents are held against: the official schemas of ISO 20022, a reader of PDF;
# without them the tests of statements print that they are skipped.
install_readers() {
  command -v xmllint >/dev/null 2>&1 && command -v pdftotext >/dev/null 2>&1 && return 0
  command -v apt-get >/dev/null 2>&1 || return 0
  say "installing xmllint and pdftotext (statements are checked with them)"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    libxml2-utils poppler-utils
}

# schemathesis, which asks a node all that its OpenAPI document allows and much more; without it its test prints
# that it is skipped, or fails where IDX_OUTSIDE is `required`.
install_schemathesis() {
  if ! python3 -c 'import ensurepip, venv' >/dev/null 2>&1; then
    command -v apt-get >/dev/null 2>&1 || return 0
    say "installing python3-venv (REST is tested with schemathesis)"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3 python3-venv
  fi
  "$ROOT/scripts/outside.sh" --setup || say "tests/outside has no Python environment: its test will be skipped"
}

# Moves the clocks of processes, for the story of midnight; without it the story prints that it is skipped.
install_faketime() {
  ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 && return 0
  command -v apt-get >/dev/null 2>&1 || return 0
  say "installing faketime (midnight is tested with it)"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends faketime
}

set_up debug
install_nextest
install_softhsm
install_web_modules
install_readers
install_schemathesis
install_faketime

if [ -n "${IDX_DATA_DIR:-}" ]; then
  say "real data from $IDX_DATA_DIR"
else
  say "IDX_DATA_DIR is not set: tests on real data will be skipped"
fi

say "format"
cargo fmt --all --check

say "lints"
cargo clippy --locked --workspace --all-targets -- --deny warnings

say "documents"
RUSTDOCFLAGS="--deny warnings" cargo doc --locked --workspace --no-deps --quiet

say "examples in documents"
cargo test --locked --workspace --doc --quiet

# With the tests come the binaries that they start.
say "building"
cargo nextest run --locked --workspace --no-run
fill_rocksdb_cache debug

say "bugs planted on purpose, each of which must be caught"
cargo nextest run --locked -p idx-sim -p idx-consensus \
  --features idx-sim/planted-bugs,idx-consensus/planted-bugs \
  -E 'binary(planted) or test(is_noticed)' --no-fail-fast

# A nightly search is longer: scripts/fuzz.sh 600.
say "a short search for inputs that break something"
"$ROOT/scripts/fuzz.sh" 5

say "tests"
cargo nextest run --locked --workspace --no-fail-fast "$@"
