//! `idx-sim`: runs seeds of the simulator, and replays one with its trace.

use anyhow::{Result, bail};
use clap::Parser;
use idx_sim::{Plan, World, report, storm};
use std::time::{Duration, Instant};

/// Six banks in a storm of faults, from one seed.
///
/// Examples:
///   idx-sim --seed 7                        replay seed 7, with its trace if it fails
///   idx-sim --runs 1000 --seed-start 5000   seeds 5000 to 5999
///   idx-sim --minutes 30                    as many seeds as fit
#[derive(Debug, Parser)]
#[command(version, verbatim_doc_comment)]
struct Options {
    /// Replay one seed.
    #[arg(long)]
    seed: Option<u64>,
    /// How many seeds to run.
    #[arg(long, default_value_t = 100)]
    runs: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    seed_start: u64,
    /// Run for so long instead of a number of seeds.
    #[arg(long)]
    minutes: Option<u64>,
    /// Print the trace also of a run that succeeds.
    #[arg(long)]
    trace: bool,
}

fn main() -> Result<()> {
    let options = Options::parse();
    match options.seed {
        Some(seed) => replay(seed, options.trace),
        None => sweep(&options),
    }
}

fn replay(seed: u64, always_trace: bool) -> Result<()> {
    let plan = Plan::swarm(seed);
    println!("seed {seed}: {:?}", plan.faults);
    let mut world = World::new(plan);
    world.keep_trace();
    let result = storm(&mut world);
    if always_trace || result.is_err() {
        for line in world.trace() {
            println!("{line}");
        }
    }
    match result {
        Ok(report) => println!("seed {seed} holds: {report:?}"),
        Err(violation) => bail!("seed {seed}: {violation}"),
    }
    Ok(())
}

fn sweep(options: &Options) -> Result<()> {
    let began = Instant::now();
    let limit = options.minutes.map(|minutes| Duration::from_secs(60 * minutes));
    let (mut seed, mut heights, mut transactions) = (options.seed_start, 0, 0);
    loop {
        let over = match limit {
            Some(limit) => began.elapsed() >= limit,
            None => seed - options.seed_start >= options.runs,
        };
        if over {
            break;
        }
        let mut world = World::new(Plan::swarm(seed));
        if let Err(violation) = storm(&mut world) {
            bail!("seed {seed}: {violation}\nreplay it with: idx-sim --seed {seed}");
        }
        let report = report(&world);
        heights += report.heights;
        transactions += report.transactions;
        seed += 1;
    }
    let seconds = began.elapsed().as_secs_f64();
    let rate = heights as f64 / seconds;
    let seeds = seed - options.seed_start;
    println!(
        "{seeds} seeds, {heights} heights, {transactions} transactions, no promise broken; {rate:.0} heights/s"
    );
    Ok(())
}
