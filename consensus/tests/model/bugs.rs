//! The mistakes that the search must find, each as one rule of the model gone wrong.
//!
//! A claim that holds in every state says little until it is shown that it can fail. Each mistake is
//! planted in bounds that are searched without it as well, and must break the claim that it is named
//! with.

use super::rules::Setup;
use super::search::explore;
use super::system::{FORK, INVALID, STUCK, System, TWO_VOTES, tell};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bug {
    /// Document 8 point 2: three of six are a quorum.
    ThreeAreAQuorum,
    /// Two votes of a bank for a value are counted as two.
    EachVoteOfABankCounts,
    /// Document 8 point 2, fault 6: the lock ends with the round.
    LockIsForgotten,
    /// Fault 6: a precommit does not lock.
    LockIsNotTaken,
    /// A locked bank prevotes whatever is proposed anew.
    LockIsIgnored,
    /// Faults 4 and 5: the proof that a proposal names is believed unseen.
    ProofIsNotChecked,
    /// Fault 4: a proof that is older than the lock ends it.
    OlderProofUnlocks,
    /// A precommit for what was proposed, without a quorum of prevotes.
    PrecommitsWithoutQuorum,
    /// A quorum of prevotes for different things is taken for one of the value.
    QuorumOfAnythingLocks,
    /// A precommit for a value by a quorum of an earlier round.
    OldProofLocks,
    /// Precommits of different rounds are counted together.
    CertificateOfManyRounds,
    /// Faults 7 and 8, document 8 point 2: a vote leaves before it is stored, the bank restarts.
    VoteIsNotStored,
    /// A candidate is not executed before it is voted for.
    InvalidIsAccepted,
    /// Fault 3: no proof ends a lock.
    NoProofUnlocks,
    /// A proposer does not propose again what a quorum has prevoted.
    ProposesAfresh,
    /// A bank does not show to those behind for which precommits it has left the round.
    LeavingIsNotExplained,
}

impl Setup {
    /// The same bounds with a mistake in the rules.
    pub fn with(self, bug: Bug) -> Self {
        let planted = Self { bug: Some(bug), ..self };
        match bug {
            Bug::ThreeAreAQuorum => Self { quorum: 3, ..planted },
            // It asks for votes that are no quorum in their round.
            Bug::CertificateOfManyRounds => Self { merges_past: false, ..planted },
            _ => planted,
        }
    }
}

/// Searches with the mistake; the length of the shortest way to the broken claim.
#[track_caller]
fn finds<const H: usize>(bounds: Setup, bug: Bug, claim: &str) -> usize {
    let sound = explore(System::<H>(bounds));
    assert_eq!(sound.broken.map(|(claim, _)| claim), None, "without the mistake");
    let seen = explore(System::<H>(bounds.with(bug)));
    let Some((broken, place)) = seen.broken else { panic!("{bug:?} is not found") };
    let trace = seen.trace(place);
    println!("{bug:?}: {broken}, after {} steps\n{}", trace.steps.len(), tell(&trace));
    assert_eq!(broken, claim, "{bug:?}");
    trace.steps.len()
}

#[test]
fn every_mistake_against_agreement_is_found() {
    use Bug::*;
    let two = Setup::of(3, 1, 0, 2);
    let three = Setup::of(3, 1, 0, 3);
    let six = Setup::of(5, 1, 0, 1);
    finds::<5>(six, ThreeAreAQuorum, FORK);
    finds::<3>(two, EachVoteOfABankCounts, FORK);
    finds::<3>(two, LockIsForgotten, FORK);
    finds::<3>(two, LockIsNotTaken, FORK);
    finds::<3>(two, LockIsIgnored, FORK);
    finds::<3>(two, ProofIsNotChecked, FORK);
    finds::<3>(three, OlderProofUnlocks, FORK);
    finds::<3>(two, PrecommitsWithoutQuorum, FORK);
    finds::<3>(two, QuorumOfAnythingLocks, FORK);
    finds::<3>(three, OldProofLocks, FORK);
    finds::<3>(three, CertificateOfManyRounds, FORK);
    finds::<3>(two, VoteIsNotStored, TWO_VOTES);
}

/// Also where the rounds have no bound.
#[test]
fn a_sliding_search_finds_mistakes() {
    use Bug::*;
    let bounds = Setup::of(3, 1, 0, 0).sliding(2);
    for bug in
        [LockIsForgotten, LockIsNotTaken, LockIsIgnored, PrecommitsWithoutQuorum, QuorumOfAnythingLocks]
    {
        finds::<3>(bounds, bug, FORK);
    }
    finds::<3>(bounds, VoteIsNotStored, TWO_VOTES);
}

#[test]
fn every_mistake_against_validity_is_found() {
    let bounds = Setup { b_is_invalid: true, ..Setup::of(3, 1, 0, 2) };
    finds::<3>(bounds, Bug::InvalidIsAccepted, INVALID);
}

#[test]
fn every_mistake_against_recovery_is_found() {
    use Bug::*;
    let bounds = Setup { keeps_valid: true, must_recover: true, ..Setup::of(3, 1, 0, 2) };
    for bug in [NoProofUnlocks, ProposesAfresh, LeavingIsNotExplained] {
        finds::<3>(bounds, bug, STUCK);
    }
}
