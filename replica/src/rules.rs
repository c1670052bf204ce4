//! Who ruled which heights: what a commit certificate of a height behind us is judged by.

use idx_chain::State;
use idx_types::wire::CertifiedHeight;
use idx_types::{Height, ValidatorSet};
use std::collections::VecDeque;
use std::sync::Arc;

/// Most changes of banks or quorum that are remembered.
const SPANS_MAX: usize = 8;

/// The banks and the agreement quorum of every height from some height on.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Oldest first, never empty; each holds until the next one begins.
    spans: VecDeque<Span>,
    /// The last height whose rules are known: the one being agreed on.
    until: Height,
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
    /// What a state says of the next height, and the stored tip of its own. The tip had today's banks
    /// if its header names them, and no higher quorum than today's if no more of them have signed it.
    /// Of heights before it nothing is known.
    pub fn stored(state: &State, tip: Option<&CertifiedHeight>) -> Self {
        let mut span = Span::after(state);
        let until = span.from;
        let same = |tip: &&CertifiedHeight| {
            tip.public.header.validator_set_hash == span.banks.hash()
                && tip.commit.signatures.len() <= span.quorum
        };
        if let Some(tip) = tip.filter(same) {
            span.from = tip.height();
        }
        Self { spans: VecDeque::from([span]), until }
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

    /// The banks of a height and how many of them make a quorum, if they are known here.
    pub fn at(&self, height: Height) -> Option<(&ValidatorSet, usize)> {
        let span = self.spans.iter().rev().find(|span| span.from <= height && height <= self.until)?;
        Some((&span.banks, span.quorum))
    }
}
