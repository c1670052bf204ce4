//! Where each transaction of a run stands: what to send next, what to send again, what is done.
//!
//! ```text
//! Queued --take--> Sent --seen final in a block--> Done
//!    ^               |
//!    +-- refused for now, node gone, no outcome for RESEND_MS, put back by the banks
//! ```
//!
//! Pure: times come in as milliseconds since the run began, answers and blocks come in as values.

use super::network::{Answer, Door};
use idx_types::{Outcome, TxHash};
use std::collections::{HashMap, VecDeque};

/// After this long without an outcome a transaction is handed in again, at the next door.
pub const RESEND_MS: u64 = 5_000;

/// A refusal that may pass is tried again after this long.
pub const RETRY_MS: u64 = 250;

/// A node may lag behind the others; refusals that a lag explains are believed after this many.
pub const LAG_TRIES_MAX: u32 = 12;

/// One transaction of a run.
#[derive(Clone, Debug)]
pub struct Job {
    /// Names its exact bytes.
    pub hash: TxHash,
    /// It, in borsh.
    pub bytes: Vec<u8>,
    /// The node to hand it to first.
    pub door: Door,
}

/// How a transaction ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ending {
    /// It took effect.
    Completed {
        /// From the first hand-in until its block was seen to be final.
        finality_ms: u64,
    },
    /// It did not and will not: the stable code of the reason.
    Failed(String),
}

/// Bounds of a run.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Most transactions of one call.
    pub batch_max: usize,
    /// Most transactions sent through one door and not yet final.
    pub sent_max: usize,
    /// A transaction that is not final this long after its making has expired.
    pub life_ms: u64,
}

#[derive(Clone, Debug)]
enum Standing {
    Queued { not_before_ms: u64 },
    Sent { at_ms: u64 },
    Done(Ending),
}

#[derive(Clone, Debug)]
struct Tracked {
    job: Job,
    standing: Standing,
    first_sent_ms: Option<u64>,
    refusals: u32,
}

/// The book of a run.
#[derive(Debug)]
pub struct Tracker {
    window: Window,
    jobs: Vec<Tracked>,
    places: HashMap<TxHash, usize>,
    queues: Vec<VecDeque<usize>>,
    sent: Vec<usize>,
    open: usize,
}

impl Tracker {
    /// A book of these jobs for a network of so many doors.
    pub fn new(jobs: Vec<Job>, doors: usize, window: Window) -> Self {
        let places = jobs.iter().enumerate().map(|(place, job)| (job.hash, place)).collect();
        let mut queues = vec![VecDeque::new(); doors];
        for (place, job) in jobs.iter().enumerate() {
            queues[job.door].push_back(place);
        }
        let tracked = |job| Tracked {
            job,
            standing: Standing::Queued { not_before_ms: 0 },
            first_sent_ms: None,
            refusals: 0,
        };
        let open = jobs.len();
        let jobs = jobs.into_iter().map(tracked).collect();
        Self { window, jobs, places, queues, sent: vec![0; doors], open }
    }

    /// Transactions that are not done.
    pub const fn open(&self) -> usize {
        self.open
    }

    /// Takes what may be sent through a door now, at most `most`; the places of the jobs.
    pub fn take(&mut self, door: Door, now_ms: u64, most: usize) -> Vec<usize> {
        let room = self.window.sent_max.saturating_sub(self.sent[door]);
        let most = most.min(self.window.batch_max).min(room);
        let mut taken = Vec::new();
        for _ in 0..self.queues[door].len() {
            if taken.len() == most {
                break;
            }
            let Some(place) = self.queues[door].pop_front() else { break };
            match self.jobs[place].standing {
                Standing::Queued { not_before_ms } if not_before_ms > now_ms => {
                    self.queues[door].push_back(place);
                }
                Standing::Queued { .. } => taken.push(place),
                _ => {}
            }
        }
        taken.iter().for_each(|place| self.mark_sent(*place, now_ms));
        taken
    }

    fn mark_sent(&mut self, place: usize, now_ms: u64) {
        let tracked = &mut self.jobs[place];
        tracked.standing = Standing::Sent { at_ms: now_ms };
        tracked.first_sent_ms.get_or_insert(now_ms);
        self.sent[tracked.job.door] += 1;
    }

    /// The bytes of a job.
    pub fn bytes(&self, place: usize) -> Vec<u8> {
        self.jobs[place].job.bytes.clone()
    }

    /// A node answered for a job.
    pub fn answered(&mut self, place: usize, answer: &Answer, now_ms: u64) {
        if !matches!(self.jobs[place].standing, Standing::Sent { .. }) {
            return;
        }
        let Answer::Refused(code) = answer else { return };
        self.jobs[place].refusals += 1;
        match judge(code, self.jobs[place].refusals) {
            Refusal::KnownAlready => {}
            Refusal::TryAgain => self.requeue(place, now_ms + RETRY_MS),
            Refusal::Final => self.finish(place, Ending::Failed(code.clone())),
        }
    }

    /// A node did not answer: its jobs go to the next door.
    pub fn unanswered(&mut self, places: &[usize], now_ms: u64) {
        for place in places {
            if matches!(self.jobs[*place].standing, Standing::Sent { .. }) {
                self.move_on(*place, now_ms + RETRY_MS);
            }
        }
    }

    /// A final block holds a transaction. Those that are not of this run are passed over.
    pub fn seen(&mut self, hash: &TxHash, outcome: &Outcome, now_ms: u64) {
        let Some(place) = self.places.get(hash).copied() else { return };
        let began_ms = self.jobs[place].first_sent_ms.unwrap_or(now_ms);
        match outcome {
            Outcome::Completed => {
                self.finish(place, Ending::Completed { finality_ms: now_ms.saturating_sub(began_ms) });
            }
            Outcome::Failed(reason) => self.finish(place, Ending::Failed(reason.code().to_owned())),
            Outcome::Deferred => {}
        }
    }

    /// Time has passed: sends again what got no outcome, gives up what has expired.
    pub fn tick(&mut self, now_ms: u64) {
        for place in 0..self.jobs.len() {
            let expired = now_ms >= self.window.life_ms;
            match self.jobs[place].standing {
                Standing::Done(_) => {}
                _ if expired => self.finish(place, Ending::Failed("EXPIRED".to_owned())),
                Standing::Sent { at_ms } if now_ms.saturating_sub(at_ms) >= RESEND_MS => {
                    self.move_on(place, now_ms);
                }
                _ => {}
            }
        }
    }

    /// How each job ended, in their order; `None` for those that are not done.
    pub fn endings(self) -> Vec<Option<Ending>> {
        let ending = |tracked: Tracked| match tracked.standing {
            Standing::Done(ending) => Some(ending),
            _ => None,
        };
        self.jobs.into_iter().map(ending).collect()
    }

    fn requeue(&mut self, place: usize, not_before_ms: u64) {
        let tracked = &mut self.jobs[place];
        self.sent[tracked.job.door] -= 1;
        tracked.standing = Standing::Queued { not_before_ms };
        self.queues[tracked.job.door].push_back(place);
    }

    fn move_on(&mut self, place: usize, not_before_ms: u64) {
        let doors = self.queues.len();
        let tracked = &mut self.jobs[place];
        self.sent[tracked.job.door] -= 1;
        tracked.job.door = (tracked.job.door + 1) % doors;
        tracked.standing = Standing::Queued { not_before_ms };
        self.queues[tracked.job.door].push_back(place);
    }

    fn finish(&mut self, place: usize, ending: Ending) {
        let tracked = &mut self.jobs[place];
        match tracked.standing {
            Standing::Done(_) => return,
            Standing::Sent { .. } => self.sent[tracked.job.door] -= 1,
            Standing::Queued { .. } => {}
        }
        tracked.standing = Standing::Done(ending);
        tracked.job.bytes = Vec::new();
        self.open -= 1;
    }
}

enum Refusal {
    /// The network has it: its block will tell.
    KnownAlready,
    /// The reason may pass.
    TryAgain,
    /// It will not.
    Final,
}

/// What to make of a refusal at the door; `count` is how many this transaction has had.
fn judge(code: &str, count: u32) -> Refusal {
    match code {
        "POOL_DUPLICATE" | "REPLAYED" => Refusal::KnownAlready,
        "POOL_FULL" | "BANK_POOL_FULL" | "NODE_BUSY" => Refusal::TryAgain,
        "UNKNOWN_ACCOUNT" | "UNKNOWN_SESSION" | "INSUFFICIENT_FUNDS" | "NOT_YET_VALID"
            if count < LAG_TRIES_MAX =>
        {
            Refusal::TryAgain
        }
        _ => Refusal::Final,
    }
}

#[cfg(test)]
mod tests;
