//! Whether this node's chain bears out what its ledger tells of orders, between two heights.

use super::Queries;
use super::chain::failed;
use crate::audit::{untold, walk};
use idx_api::{Answer, QueryError, TrailWalk};
use idx_light::{Checkpoint, Follower};
use idx_types::{Height, NextRules, ObservedHeight, PrivateHash, PublicHash, TimestampMs};
use std::sync::{Mutex, PoisonError};

/// Bytes of heights that one walk reads: some thousand transactions, whose signatures are checked.
const WALK_BYTES_MAX: usize = 4 << 20;

/// Rules that are remembered; the first of genesis, then as walks meet them.
const RULES_MAX: usize = 64;

/// Banks and parameters that ruled at some time. Who ruled a height is told only where that changes, so a
/// walk that begins later needs them from here; what is proven of a height says whether they are right.
pub struct KnownRules {
    genesis_time: TimestampMs,
    known: Mutex<Vec<NextRules>>,
}

impl KnownRules {
    /// Those of genesis.
    pub fn of_genesis(time: TimestampMs, rules: NextRules) -> Self {
        Self { genesis_time: time, known: Mutex::new(vec![rules]) }
    }

    fn learn(&self, met: Vec<NextRules>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for rules in met {
            if known.len() < RULES_MAX && !known.contains(&rules) {
                known.push(rules);
            }
        }
    }

    /// Those that may have ruled a height: their digests stand in it.
    fn fitting(&self, current: NextRules, height: &ObservedHeight) -> Vec<NextRules> {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.push(current);
        let is_same = height.rules.is_none();
        all.retain(|rules| {
            rules.banks.hash() == height.public.header.validator_set_hash
                && (!is_same || rules.params.hash() == height.parts.params)
        });
        all.dedup();
        all
    }
}

/// See [`OrderQueries::walk_trail`](idx_api::OrderQueries::walk_trail).
pub(super) fn of(queries: &Queries, from: Height, to: Height) -> Answer<TrailWalk> {
    let heights = read(queries, from, to)?;
    let first = heights.first().ok_or_else(|| not_kept("the first height"))?;
    let before = before(queries, from)?;
    let current = queries.ask(|replica| {
        let state = replica.state();
        NextRules { banks: (**state.validators()).clone(), params: state.params().clone() }
    })?;
    let walks = queries.rules.fitting(current, first).into_iter().map(|rules| {
        let follower = Follower::from_checkpoint(checkpoint(queries, before, rules));
        walk(follower, &heights, &*queries.verifier)
    });
    // Where several fit by their digests, those that ruled are the ones by which the height follows.
    let walked = walks.max_by_key(|walk| walk.to).ok_or_else(|| not_kept("who ruled the first height"))?;
    queries.rules.learn(walked.rules.clone());
    let steps = walked.made.len() as u64;
    let (to, found) = (walked.to, move |orders: &_| untold(orders, from, &walked));
    let broken = queries.ask(move |replica| found(replica.state().orders()))?;
    Ok(TrailWalk { to, steps, broken })
}

fn not_kept(what: &str) -> QueryError {
    QueryError::NotKept(format!("{what}: `idx-node audit verify` proves the trail from genesis"))
}

fn read(queries: &Queries, from: Height, to: Height) -> Answer<Vec<ObservedHeight>> {
    let count = u32::try_from(to.0.saturating_sub(from.0) + 1).unwrap_or(u32::MAX);
    queries.store.observed_range(from, count, WALK_BYTES_MAX).map_err(failed)
}

/// The height before the first, which is believed.
#[derive(Clone, Copy)]
struct Before {
    height: Height,
    public_hash: PublicHash,
    private_hash: PrivateHash,
    time: TimestampMs,
}

fn before(queries: &Queries, from: Height) -> Answer<Before> {
    let height = Height(from.0.saturating_sub(1));
    if height == Height::GENESIS {
        let (public_hash, private_hash) = (PublicHash::ZERO, PrivateHash::ZERO);
        return Ok(Before { height, public_hash, private_hash, time: queries.rules.genesis_time });
    }
    let kept = queries.store.certified(height).map_err(failed)?;
    let kept = kept.ok_or_else(|| not_kept("the height before the first"))?;
    let public_hash = kept.private.header.public_hash;
    let time = kept.public.header.timestamp;
    Ok(Before { height, public_hash, private_hash: kept.commit.value, time })
}

fn checkpoint(queries: &Queries, before: Before, rules: NextRules) -> Checkpoint {
    let Before { height, public_hash, private_hash, time } = before;
    let NextRules { banks, params } = rules;
    Checkpoint { chain_id: queries.chain_id, height, public_hash, private_hash, time, banks, params }
}
