//! Document 3.4, and what follows from it, said again without looking at the code.

use super::verdicts::{Block, Voices};
use idx_types::Decision;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Completed,
    Failed,
    Deferred,
}

impl Outcome {
    pub fn of(decision: &Decision) -> Self {
        match decision {
            Decision::Pass => Self::Completed,
            Decision::Fail(_) => Self::Failed,
            Decision::Defer => Self::Deferred,
        }
    }
}

/// The outcome of one transaction by the words of the document, one after the other.
///
/// They leave one case open: four approvals out of reach because of rejections, while banks that are
/// not involved are silent. What those would say changes nothing, so it is a failure, as in
/// `docs/protocol.md`.
pub fn outcome(block: &Block, voices: &Voices, tx: usize) -> Outcome {
    let word = |bank: usize| voices[bank].as_ref().map(|list| list[tx]);
    let all: Vec<_> = (0..block.banks).map(word).collect();
    let number = |wanted| all.iter().filter(|word| **word == wanted).count();
    let involved: Vec<_> = block.involved[tx].iter().map(|bank| all[*bank]).collect();
    let out_of_reach = number(Some(true)) + number(None) < block.quorum();
    if involved.contains(&Some(false)) || out_of_reach {
        Outcome::Failed
    } else if involved.contains(&None) || number(Some(true)) < block.quorum() {
        Outcome::Deferred
    } else {
        Outcome::Completed
    }
}

/// What must hold of the outcomes of one certificate, whatever the rule is; the claim that does not.
///
/// `opinions` are those of the honest banks, also of the ones that the miner left out.
pub fn broken(
    block: &Block,
    opinions: &Voices,
    voices: &Voices,
    decided: &[Outcome],
) -> Option<&'static str> {
    let claims = |tx: usize| {
        let approves = |voices: &Voices, bank: usize| matches!(&voices[bank], Some(list) if list[tx]);
        let approvals = (0..block.banks).filter(|bank| approves(voices, *bank)).count();
        let honest = block.involved[tx].iter().filter(|bank| !block.lies(**bank));
        let overruled = honest.clone().any(|bank| !approves(opinions, *bank));
        let involved_silent = block.involved[tx].iter().any(|bank| voices[*bank].is_none());
        let rejections = voices.iter().flatten().filter(|list| !list[tx]).count();
        let involved_reject =
            block.involved[tx].iter().any(|b| matches!(&voices[*b], Some(list) if !list[tx]));
        match decided[tx] {
            Outcome::Completed if approvals < block.quorum() => {
                Some("completed without a quorum of approvals")
            }
            Outcome::Completed if overruled => Some("completed against an involved honest bank"),
            Outcome::Completed if involved_silent => Some("completed without an involved bank's word"),
            Outcome::Failed if !involved_reject && rejections + block.quorum() <= block.banks => {
                Some("failed by silence")
            }
            _ => None,
        }
    };
    (0..decided.len()).find_map(claims)
}
