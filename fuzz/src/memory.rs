//! How much memory a step may take at its peak, counted by the allocator itself.

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What any step may take whatever the length of its input, bytes. Borsh sets aside up to 1 MiB for a
/// text of a claimed length before it reads it, for one at a time.
const BASE_BYTES: usize = (1 << 20) + (64 << 10);

/// Runs a step on `len` bytes of input that may take at most `times` of them, and a little over 1 MiB.
///
/// Counts the whole process: what runs beside a test must be small.
///
/// # Panics
/// If it took more.
pub fn bounded<R>(what: &str, len: usize, times: usize, step: impl FnOnce() -> R) -> R {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let result = step();
    let (took, may) = (MEMORY.peak_usage().saturating_sub(before), BASE_BYTES + times * len);
    assert!(took <= may, "{what}: {took} bytes of memory for {len} bytes of input, at most {may} allowed");
    result
}
