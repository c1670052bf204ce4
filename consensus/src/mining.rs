//! Work: what it is, and the search for it (document 2.1).
//!
//! The SHA-256 of a header's [`PublicHeader::pow_preimage`] must begin with as many zero bits as the
//! header's difficulty says. Of the preimage's four 64-byte blocks only the last holds the nonce, so
//! the search hashes the first three once and then spends one compression on each nonce:
//!
//! ```text
//! | label, version, chain, height, round, miner, parents, roots ... | ... time, difficulty, NONCE, padding |
//! |<------------ three blocks: the midstate, once ----------------->|<--- one block: for each nonce ------>|
//! ```
//!
//! In this permissioned network work limits the rate of blocks and makes spam proposals cost
//! something. It is not the source of safety; agreement is.
//!
//! The search holds the only threads of this crate. It waits for nothing: each thread looks every
//! [`BATCH_HASHES`] hashes whether it should stop, a third of a millisecond with SHA instructions.

mod attempt;
#[cfg(test)]
mod tests;

pub use idx_light::header::work_holds;

use attempt::{Attempt, Target};
use idx_types::PublicHeader;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

/// Hashes that a thread makes between two looks at whether it should stop.
pub const BATCH_HASHES: u64 = 4096;

/// Most threads of one search, whatever the caller asks for.
pub const THREADS_MAX: usize = 256;

/// Ends a search from outside; clones are one switch, which stays on once it is on.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// A switch that is off.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends every search that was given this switch, now and later.
    pub fn stop(&self) {
        self.0.store(true, Relaxed);
    }

    /// Whether it is on.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Relaxed)
    }
}

/// What a search found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found {
    /// Makes the header's work hold.
    pub nonce: u64,
    /// Hashes made by all threads together; divided by the time taken, the hash rate.
    pub hashes: u64,
}

/// Searches a nonce for the header with up to this many threads, the caller's among them; `None` if
/// it was stopped. The header's own nonce is not looked at. One thread tries 0, 1, 2 ... and so finds
/// the least nonce; of more threads each has its own residue class, and the first to find wins.
///
/// Does not return before it finds or is stopped: the caller keeps the difficulty within reason
/// (`params::bounds::DIFFICULTY_MAX`). The 2^64 nonces last for centuries at a billion a second.
pub fn search(header: &PublicHeader, threads: NonZeroUsize, stop: &Stop) -> Option<Found> {
    let threads = threads.get().min(THREADS_MAX) as u64;
    let done = AtomicBool::new(false);
    let lane = |first| Lane { first, stride: threads, stop, done: &done };
    let attempt = Attempt::new(header);
    let target = Target::new(header.difficulty);
    let trails: Vec<Trail> = thread::scope(|scope| {
        // A thread that the system refuses is done without: its nonces are not tried.
        let spawn = |first| {
            let work = move || lane(first).run(attempt, target);
            thread::Builder::new().name(format!("idx-mine-{first}")).spawn_scoped(scope, work).ok()
        };
        let others: Vec<_> = (1..threads).filter_map(spawn).collect();
        let own = lane(0).run(attempt, target);
        others.into_iter().filter_map(|other| other.join().ok()).chain([own]).collect()
    });
    let nonce = trails.iter().filter_map(|trail| trail.nonce).min()?;
    Some(Found { nonce, hashes: trails.iter().map(|trail| trail.hashes).sum() })
}

/// One thread's part of the nonces, and the two reasons to leave it.
struct Lane<'a> {
    first: u64,
    stride: u64,
    stop: &'a Stop,
    done: &'a AtomicBool,
}

/// What one thread did.
struct Trail {
    nonce: Option<u64>,
    hashes: u64,
}

impl Lane<'_> {
    fn run(&self, attempt: Attempt, target: Target) -> Trail {
        let (mut next, mut hashes) = (self.first, 0);
        while !self.stop.is_stopped() && !self.done.load(Relaxed) {
            for tried in 1..=BATCH_HASHES {
                if target.is_met(&attempt.state(next)) {
                    self.done.store(true, Relaxed);
                    return Trail { nonce: Some(next), hashes: hashes + tried };
                }
                next = next.wrapping_add(self.stride);
            }
            hashes += BATCH_HASHES;
        }
        Trail { nonce: None, hashes }
    }
}
