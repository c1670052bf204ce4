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
    (0..decided.len()).find_map(|tx| match decided[tx] {
        Outcome::Completed => wrongly_completed(block, opinions, voices, tx),
        Outcome::Failed => wrongly_failed(block, voices, tx),
        Outcome::Deferred => None,
    })
}

fn said(voices: &Voices, bank: usize, tx: usize) -> Option<bool> {
    voices[bank].as_ref().map(|list| list[tx])
}

fn wrongly_completed(block: &Block, opinions: &Voices, voices: &Voices, tx: usize) -> Option<&'static str> {
    let approvals = (0..block.banks).filter(|bank| said(voices, *bank, tx) == Some(true)).count();
    let involved = &block.involved[tx];
    let against = |bank: &usize| !block.lies(*bank) && said(opinions, *bank, tx) != Some(true);
    if approvals < block.quorum() {
        Some("completed without a quorum of approvals")
    } else if involved.iter().any(against) {
        Some("completed against an involved honest bank")
    } else {
        let absent = involved.iter().any(|bank| voices[*bank].is_none());
        absent.then_some("completed without an involved bank's word")
    }
}

fn wrongly_failed(block: &Block, voices: &Voices, tx: usize) -> Option<&'static str> {
    let rejections = (0..block.banks).filter(|bank| said(voices, *bank, tx) == Some(false)).count();
    let vetoed = block.involved[tx].iter().any(|bank| said(voices, *bank, tx) == Some(false));
    let reachable = block.banks - rejections >= block.quorum();
    (!vetoed && reachable && voices.iter().any(Option::is_none)).then_some("failed by silence")
}
