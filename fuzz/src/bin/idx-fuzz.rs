//! A target under libFuzzer, which searches for inputs that reach code not reached before. The
//! environment variable `IDX_FUZZ_TARGET` names the target; the arguments are libFuzzer's.

#![no_main]

use idx_fuzz::{Target, targets};
use std::sync::LazyLock;

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("IDX_FUZZ_TARGET").unwrap_or_default();
    targets::find(&name).unwrap_or_else(|| {
        let names: Vec<&str> = targets::TARGETS.iter().map(|target| target.name).collect();
        panic!("IDX_FUZZ_TARGET is {name:?}; the targets are {}", names.join(", "))
    })
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| (TARGET.run)(data));
