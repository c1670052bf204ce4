//! Who ruled which heights: what a commit certificate of a height behind us is judged by.

use idx_chain::State;
use idx_crypto::Hash32;
use idx_types::wire::CertifiedHeight;
use idx_types::{CommitCertificate, Height, ValidatorSet};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// Most changes of banks or quorum that are remembered.
const SPANS_MAX: usize = 8;

/// Heights of the store that a mind is reminded of when it starts, and own certificates that it keeps.
pub const PAST_MAX: usize = 64;

/// What a stored height says of those who ruled it.
#[derive(Debug, Clone)]
pub struct Past {
    /// Digest of its banks.
    banks: Hash32,
    /// Its certificate.
    pub(crate) commit: CommitCertificate,
}

impl From<&CertifiedHeight> for Past {
    fn from(height: &CertifiedHeight) -> Self {
        Self { banks: height.public.header.validator_set_hash, commit: height.commit.clone() }
    }
}

/// The banks and the agreement quorum of heights, as far as this node knows for sure.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Oldest first, never empty; each holds until the next one begins.
    spans: VecDeque<Span>,
    /// The last height whose rules are known: the one being agreed on.
    until: Height,
    /// Stored heights that had the rules with which the mind started, and those rules.
    past: BTreeSet<Height>,
    start: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    from: Height,
    banks: Arc<ValidatorSet>,
    quorum: usize,
}

impl Span {
    fn after(state: &State) -> Self {
        let banks = state.validators().clone();
        let quorum = banks.quorums(state.params().agreement_margin).quorum;
        Self { from: state.tip().height.next(), banks, quorum }
    }
}

impl Rules {
    /// What a state says of the next height. Of those before it nothing is known.
    pub fn after(state: &State) -> Self {
        let start = Span::after(state);
        Self { until: start.from, past: BTreeSet::new(), spans: VecDeque::from([start.clone()]), start }
    }

    /// A stored height had the banks of the start if its header names them, and no higher quorum if no
    /// more of them have signed it. Others are not known well enough to stop the chain by.
    pub(crate) fn recall(&mut self, past: &Past) {
        let same = past.banks == self.start.banks.hash() && past.commit.signatures.len() <= self.start.quorum;
        if same && self.past.len() < PAST_MAX {
            self.past.insert(past.commit.height);
        }
    }

    /// The state has moved on by a height.
    pub(crate) fn extend(&mut self, state: &State) {
        let next = Span::after(state);
        self.until = next.from;
        if self.spans.back().is_some_and(|last| last.banks == next.banks && last.quorum == next.quorum) {
            return;
        }
        if self.spans.len() >= SPANS_MAX {
            self.spans.pop_front();
        }
        self.spans.push_back(next);
    }

    /// The banks of a height and how many of them make a quorum, if that is known here.
    pub fn at(&self, height: Height) -> Option<(&ValidatorSet, usize)> {
        let ruled = |span: &&Span| span.from <= height && height <= self.until;
        let recalled = || self.past.contains(&height).then_some(&self.start);
        let span = self.spans.iter().rev().find(ruled).or_else(recalled)?;
        Some((&span.banks, span.quorum))
    }
}
