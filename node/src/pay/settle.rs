//! Sending transactions and watching blocks until every one of them is done.
//!
//! All waiting of a run happens in one `select`: an answer of a node, the next final block, or a tick.
//! The [`Tracker`] decides what follows from it.

use super::network::{Answer, Door, Network, Unreachable};
use super::track::{Ending, Job, Tracker, Window};
use crate::progress::Progress;
use futures::stream::{FuturesUnordered, StreamExt};
use std::time::Duration;
use tokio::time::Instant;

/// How a run is paced.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Most transactions handed in each second; `None` is as fast as the window allows.
    pub rate: Option<u32>,
    /// Bounds of batches and of what is under way.
    pub window: Window,
}

/// Calls under way through one door.
const CALLS_MAX: usize = 2;

/// How often the tracker learns that time has passed.
const TICK: Duration = Duration::from_millis(20);

/// What came of one call to a node.
struct Called {
    door: Door,
    places: Vec<usize>,
    answers: Result<Vec<Answer>, Unreachable>,
}

/// Settles jobs; says how each ended, in their order.
///
/// # Errors
/// [`Unreachable`] if no node shows blocks any more. What was sent may settle nevertheless.
pub async fn settle<N: Network>(
    network: &N,
    doors: usize,
    jobs: Vec<Job>,
    pace: Pace,
    progress: &mut Progress,
) -> Result<Vec<Option<Ending>>, Unreachable> {
    let (total, done_before) = (jobs.len(), progress.done());
    let mut height = network.height().await?.next();
    let mut run =
        Run { tracker: Tracker::new(jobs, doors, pace.window), pace, began: Instant::now(), sent: 0 };
    let mut calls = FuturesUnordered::new();
    let mut under_way = vec![0; doors];
    let mut block = Box::pin(network.block(height));
    let mut tick = tokio::time::interval(TICK);
    while run.tracker.open() > 0 {
        for (door, places) in run.next_batches(&mut under_way) {
            let transactions = places.iter().map(|place| run.tracker.bytes(*place)).collect();
            calls.push(call(network, door, places, transactions));
        }
        tokio::select! {
            Some(called) = calls.next() => {
                under_way[called.door] -= 1;
                run.answered(&called);
            }
            next = &mut block => {
                run.block(&next?);
                height = height.next();
                block = Box::pin(network.block(height));
            }
            _ = tick.tick() => run.tracker.tick(run.now_ms()),
        }
        let done = done_before + (total - run.tracker.open()) as u64;
        progress.set(done, &format!("height {}", height.0.saturating_sub(1)));
    }
    Ok(run.tracker.endings())
}

async fn call<N: Network>(network: &N, door: Door, places: Vec<usize>, transactions: Vec<Vec<u8>>) -> Called {
    Called { door, places, answers: network.submit(door, transactions).await }
}

struct Run {
    tracker: Tracker,
    pace: Pace,
    began: Instant,
    sent: u64,
}

impl Run {
    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Batches to send now, each with its door.
    fn next_batches(&mut self, under_way: &mut [usize]) -> Vec<(Door, Vec<usize>)> {
        let now = self.now_ms();
        let mut batches = Vec::new();
        for (door, calls) in under_way.iter_mut().enumerate() {
            while *calls < CALLS_MAX {
                let places = self.tracker.take(door, now, self.allowance(now));
                if places.is_empty() {
                    break;
                }
                self.sent += places.len() as u64;
                *calls += 1;
                batches.push((door, places));
            }
        }
        batches
    }

    /// How many more may be sent by now, at the pace asked for.
    fn allowance(&self, now_ms: u64) -> usize {
        let Some(rate) = self.pace.rate else { return usize::MAX };
        let allowed = u64::from(rate).saturating_mul(now_ms) / 1_000 + 1;
        usize::try_from(allowed.saturating_sub(self.sent)).unwrap_or(usize::MAX)
    }

    fn answered(&mut self, called: &Called) {
        let now = self.now_ms();
        match &called.answers {
            Ok(answers) if answers.len() == called.places.len() => {
                let pairs = called.places.iter().zip(answers);
                pairs.for_each(|(place, answer)| self.tracker.answered(*place, answer, now));
            }
            _ => self.tracker.unanswered(&called.places, now),
        }
    }

    fn block(&mut self, block: &super::network::FinalBlock) {
        let now = self.now_ms();
        block.outcomes.iter().for_each(|(hash, outcome)| self.tracker.seen(hash, outcome, now));
    }
}
