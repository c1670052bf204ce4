//! `idx-sim`: runs seeds of the simulator, replays one with its trace, and makes a failing one small.

use anyhow::{Context, Result, bail};
use clap::Parser;
use idx_sim::{Injected, Plan, Violation, World, shrink, storm};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Six banks in a storm of faults, from one seed.
///
/// Examples:
///   idx-sim --seed 7                          replay seed 7, with its trace if it fails
///   idx-sim --seed 7 --shrink                 and look for a smaller plan that fails as well
///   idx-sim --plan failing.json --trace       replay a plan that was written down
///   idx-sim --runs 1000 --seed-start 5000     seeds 5000 to 5999
///   idx-sim --minutes 30 --jobs 2             as many seeds as fit, on two cores
///   idx-sim --swarm                           for ever, from a seed nobody has seen; ends at a failure
#[derive(Debug, Parser)]
#[command(version, verbatim_doc_comment)]
struct Options {
    /// Replay one seed.
    #[arg(long)]
    seed: Option<u64>,
    /// Replay a plan from a JSON file.
    #[arg(long, conflicts_with = "seed")]
    plan: Option<PathBuf>,
    /// Look for a smaller plan that fails as well, and print it.
    #[arg(long)]
    shrink: bool,
    /// Write the plan (the smaller one, if one was looked for) to this file.
    #[arg(long)]
    save: Option<PathBuf>,
    /// Print the trace also of a run that succeeds, all heights of it.
    #[arg(long)]
    trace: bool,
    /// How many seeds to run.
    #[arg(long, default_value_t = 100)]
    runs: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    seed_start: u64,
    /// Run for so long instead of a number of seeds.
    #[arg(long)]
    minutes: Option<u64>,
    /// Run until a promise breaks, from a seed taken from the clock.
    #[arg(long, conflicts_with_all = ["minutes", "runs", "seed_start"])]
    swarm: bool,
    /// Go on after a seed that fails, and list all at the end.
    #[arg(long)]
    keep_going: bool,
    /// How many seeds at a time.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
}

/// Heights of the trace of a failing run that are shown.
const TRACE_HEIGHTS: usize = 3;

fn main() -> ExitCode {
    let options = Options::parse();
    let result = match (&options.seed, &options.plan) {
        (Some(seed), _) => replay(Plan::swarm(*seed), &options),
        (None, Some(path)) => read(path).and_then(|plan| replay(plan, &options)),
        (None, None) => sweep(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn read(path: &Path) -> Result<Plan> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not a plan", path.display()))
}

fn replay(plan: Plan, options: &Options) -> Result<()> {
    let mut shown = plan.clone();
    let mut result = tell(&plan, options.trace);
    if let (true, Err(violation)) = (options.shrink, &result) {
        println!("\nlooking for a smaller plan that fails as well ..");
        let smaller = shrink(plan, violation.clone());
        let (shown_plan, spent) = (&smaller.plan, smaller.runs);
        println!(
            "\nafter {spent} runs, the smallest plan that fails:\n{}\n",
            serde_json::to_string_pretty(shown_plan)?
        );
        result = tell(&smaller.plan, options.trace);
        shown = smaller.plan;
    }
    if let Some(path) = &options.save {
        std::fs::write(path, serde_json::to_string_pretty(&shown)?)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    match result {
        Ok(()) => Ok(()),
        Err(violation) => bail!("seed {}: {violation}", shown.seed),
    }
}

/// Runs a plan with its trace.
fn tell(plan: &Plan, all: bool) -> Result<(), Violation> {
    println!("seed {}: {:?}, liars {:?}", plan.seed, plan.faults, plan.liars);
    let mut world = World::new(plan.clone());
    world.keep_trace();
    let result = storm(&mut world);
    if all || result.is_err() {
        let heights = if all { usize::MAX } else { TRACE_HEIGHTS };
        world.trace(heights).iter().for_each(|line| println!("{line}"));
    }
    match result {
        Ok(report) => {
            println!(
                "seed {} holds: {} heights, {} transactions",
                plan.seed, report.heights, report.transactions
            );
            Ok(())
        }
        Err(violation) => {
            println!("\nbroken: {violation}");
            Err(violation)
        }
    }
}

/// What a sweep has seen so far; its workers share it.
#[derive(Default)]
struct Seen {
    next_seed: AtomicU64,
    seeds: AtomicU64,
    heights: AtomicU64,
    transactions: AtomicU64,
    payments: AtomicU64,
    injected: Mutex<Injected>,
    failures: Mutex<BTreeMap<u64, Violation>>,
    over: AtomicBool,
}

fn sweep(options: &Options) -> Result<()> {
    let began = Instant::now();
    let first = if options.swarm { unseen_seed() } else { options.seed_start };
    println!("seeds from {first} on");
    let seen = Seen { next_seed: AtomicU64::new(first), ..Seen::default() };
    let until = options.minutes.map(|minutes| began + Duration::from_secs(60 * minutes));
    let last = if options.swarm || until.is_some() { u64::MAX } else { first.saturating_add(options.runs) };
    std::thread::scope(|scope| {
        for _ in 0..options.jobs.max(1) {
            scope.spawn(|| work(&seen, last, until, options.keep_going));
        }
    });
    report(&seen, began.elapsed().as_secs_f64() * options.jobs.max(1) as f64);
    let failures = seen.failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    for (seed, violation) in &failures {
        println!("seed {seed}: {violation}");
    }
    match failures.first_key_value() {
        Some((seed, _)) => {
            bail!("{} seeds failed; see why with: idx-sim --seed {seed} --shrink", failures.len())
        }
        None => Ok(()),
    }
}

/// Runs seeds until they are used up, the time is over, or a promise breaks.
fn work(seen: &Seen, last: u64, until: Option<Instant>, keep_going: bool) {
    while !seen.over.load(Ordering::Relaxed) && until.is_none_or(|until| Instant::now() < until) {
        let seed = seen.next_seed.fetch_add(1, Ordering::Relaxed);
        if seed >= last {
            return;
        }
        match storm(&mut World::new(Plan::swarm(seed))) {
            Ok(report) => {
                seen.seeds.fetch_add(1, Ordering::Relaxed);
                seen.heights.fetch_add(report.heights, Ordering::Relaxed);
                seen.transactions.fetch_add(report.transactions, Ordering::Relaxed);
                seen.payments.fetch_add(report.payments, Ordering::Relaxed);
                if let Ok(mut injected) = seen.injected.lock() {
                    injected.merge(&report.injected);
                }
            }
            Err(violation) => {
                seen.over.store(!keep_going, Ordering::Relaxed);
                if let Ok(mut failures) = seen.failures.lock() {
                    failures.insert(seed, violation);
                }
            }
        }
    }
}

fn report(seen: &Seen, core_seconds: f64) {
    if let Ok(injected) = seen.injected.lock() {
        injected.counts().for_each(|(name, count)| println!("{count:>10}  {name}"));
    }
    let (seeds, heights) = (seen.seeds.load(Ordering::Relaxed), seen.heights.load(Ordering::Relaxed));
    let transactions = seen.transactions.load(Ordering::Relaxed);
    let payments = seen.payments.load(Ordering::Relaxed);
    let rate = heights as f64 / core_seconds;
    println!(
        "{seeds} seeds, {heights} heights, {transactions} transactions, {payments} of them completed payments, \
         held; {rate:.0} heights/s of one core"
    );
}

/// A seed that has hardly been run before.
fn unseen_seed() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    since.as_secs().wrapping_mul(1_000_000)
}
