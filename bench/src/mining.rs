//! Hash rate of the mining search beside that of a bare loop over the sha2 crate's block function.
//!
//! The median over alternating runs, so that another load on the machine meets both.

use crate::report::{Floor, Report};
use idx_consensus::mining::{Stop, search};
use idx_types::testing::header;
use idx_types::{Height, PublicHeader};
use sha2::block_api::compress256;
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::thread;
use std::time::Instant;

/// Pairs of runs.
const RUNS: usize = 9;

/// Hashes of a run of the bare loop, each thread.
const HASHES: u64 = 4_000_000;

/// Leading zero bits of a run of the search: about 4 million hashes.
const DIFFICULTY: u8 = 22;

/// Least part of the bare loop's rate that the search must reach, percent.
const FLOOR_PERCENT: f64 = 80.0;

/// Takes the figures for one thread and for all.
pub fn run(report: &mut Report) {
    let all = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let counts = if all.get() == 1 { vec![all] } else { vec![NonZeroUsize::MIN, all] };
    for threads in counts {
        eprintln!("mining: {RUNS} runs on {threads} threads");
        compare(threads, report);
    }
}

fn compare(threads: NonZeroUsize, report: &mut Report) {
    let (mut bare, mut searched) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        bare.push(bare_rate(threads));
        searched.push(search_rate(threads, run));
    }
    let (bare, searched) = (median(bare), median(searched));
    let name = |what: &str| format!("mining.threads_{threads}.{what}");
    report.note(name("bare_megahashes_per_s"), bare);
    report.note(name("search_megahashes_per_s"), searched);
    report.judge(name("search_percent_of_bare"), searched / bare * 100.0, Floor::AtLeast(FLOOR_PERCENT));
}

/// Million hashes a second of threads that do nothing but compress a block with a counter in it.
fn bare_rate(threads: NonZeroUsize) -> f64 {
    let begin = Instant::now();
    thread::scope(|scope| {
        for _ in 1..threads.get() {
            scope.spawn(bare_loop);
        }
        bare_loop();
    });
    rate(HASHES * threads.get() as u64, begin)
}

fn bare_loop() {
    let mut block = [0u8; 64];
    for nonce in 0..HASHES {
        block[40..48].copy_from_slice(&nonce.to_le_bytes());
        let mut state = [0x6a09_e667u32; 8];
        compress256(&mut state, &[block]);
        black_box(state);
    }
}

/// Million hashes a second of a whole search, threads' start and end included.
fn search_rate(threads: NonZeroUsize, run: usize) -> f64 {
    let template = PublicHeader { difficulty: DIFFICULTY, height: Height(run as u64), ..header() };
    let begin = Instant::now();
    let found = search(&template, threads, &Stop::new()).expect("nobody stops it");
    rate(found.hashes, begin)
}

fn rate(hashes: u64, begin: Instant) -> f64 {
    hashes as f64 / begin.elapsed().as_secs_f64() / 1e6
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
