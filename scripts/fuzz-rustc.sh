#!/usr/bin/env bash
# Compiles our own crates with the counters that libFuzzer steers by; cargo calls it in place of rustc
# (RUSTC_WORKSPACE_WRAPPER), for our crates only, so that everything else is compiled once for all.
#
# It is LLVM's coverage pass, which stable rustc has; no sanitizer and no nightly compiler. One unit of
# code a crate, because the counters of a function and their table must stay together.

exec "$@" \
  -Ccodegen-units=1 \
  -Cpasses=sancov-module \
  -Cllvm-args=-sanitizer-coverage-level=4 \
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
  -Cllvm-args=-sanitizer-coverage-pc-table \
  -Cllvm-args=-sanitizer-coverage-trace-compares
