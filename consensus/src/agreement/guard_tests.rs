//! The vote guard against every prior place, and the story of a restart.

use super::*;
use idx_types::{BankId, testing};
use proptest::prelude::*;

fn vote(height: u64, round: u32, kind: VoteKind, value: Option<u8>) -> Vote {
    Vote {
        chain_id: testing::chain_id(),
        height: Height(height),
        round: Round(round),
        kind,
        value: value.map(|v| PrivateHash([v; 32])),
        bank: BankId(0),
    }
}

fn proposal(height: u64, round: u32, pol_round: Option<u32>, value: u8) -> Proposal {
    Proposal {
        chain_id: testing::chain_id(),
        height: Height(height),
        round: Round(round),
        pol_round: pol_round.map(Round),
        value: PrivateHash([value; 32]),
        bank: BankId(0),
    }
}

#[test]
fn one_thing_in_one_place_and_never_back() {
    use VoteKind::{Precommit, Prevote};
    let mut guard = VoteGuard::new(Height(5));
    assert!(guard.note_vote(&vote(5, 2, Prevote, Some(1))));
    let table = [
        (vote(5, 2, Prevote, Some(1)), Ok(())),
        (vote(5, 2, Precommit, None), Ok(())),
        (vote(5, 3, Prevote, Some(2)), Ok(())),
        (vote(6, 0, Prevote, Some(2)), Ok(())),
        (
            vote(5, 2, Prevote, None),
            Err(GuardError::Contradiction { height: Height(5), round: Round(2), what: "prevote" }),
        ),
        (
            vote(5, 1, Precommit, None),
            Err(GuardError::Late { height: Height(5), round: Round(1), what: "precommit" }),
        ),
        (vote(4, 9, Prevote, Some(1)), Err(GuardError::Height { height: Height(4), mark: Height(5) })),
    ];
    for (vote, expected) in table {
        assert_eq!(guard.check_vote(&vote), expected, "{vote:?}");
    }
}

#[test]
fn a_proposal_is_guarded_with_its_proof_of_lock() {
    let mut guard = VoteGuard::new(Height(5));
    assert!(guard.note_proposal(&proposal(5, 3, Some(1), 1)));
    assert!(guard.permits_proposal(&proposal(5, 3, Some(1), 1)));
    assert!(guard.has_signed_proposal(&proposal(5, 3, Some(1), 1)));
    for refused in [proposal(5, 3, None, 1), proposal(5, 3, Some(1), 2), proposal(5, 2, None, 1)] {
        assert!(!guard.note_proposal(&refused), "{refused:?}");
    }
    assert!(guard.permits_proposal(&proposal(5, 4, None, 2)));
}

#[test]
fn a_refused_vote_changes_nothing() {
    let mut guard = VoteGuard::new(Height(5));
    guard.note_vote(&vote(5, 1, VoteKind::Precommit, Some(1)));
    let before = guard.clone();
    assert!(!guard.note_vote(&vote(5, 1, VoteKind::Precommit, Some(2))));
    assert!(!guard.note_vote(&vote(4, 9, VoteKind::Prevote, None)));
    guard.start_height(Height(3));
    assert_eq!(guard, before);
}

#[test]
fn memory_is_bounded_and_what_is_forgotten_stays_refused() {
    let mut guard = VoteGuard::new(Height(1));
    for round in 0..10_000 {
        assert!(guard.note_vote(&vote(1, round, VoteKind::Prevote, Some(1))));
    }
    assert!(guard.votes.len() <= PLACES_KEPT);
    assert!(!guard.permits_vote(&vote(1, 0, VoteKind::Prevote, Some(1))));
    assert!(!guard.permits_vote(&vote(1, 0, VoteKind::Prevote, Some(2))));
}

fn kind() -> impl Strategy<Value = VoteKind> {
    prop_oneof![Just(VoteKind::Prevote), Just(VoteKind::Precommit)]
}

proptest! {
    /// Fault 9: after a vote, every prior height and round in range is refused, up to the last one.
    #[test]
    fn every_prior_place_is_refused(height in 1u64..8, round in 0u32..8, kind in kind(), value in 0u8..3) {
        let mut guard = VoteGuard::new(Height(1));
        guard.note_vote(&vote(height, round, kind, Some(value)));
        for h in 0..=height {
            for r in 0..if h == height { round } else { 8 } {
                for k in [VoteKind::Prevote, VoteKind::Precommit] {
                    for v in [None, Some(0), Some(1), Some(2)] {
                        prop_assert!(!guard.permits_vote(&vote(h, r, k, v)), "height {h} round {r} {k:?}");
                    }
                }
            }
        }
    }

    /// Whatever is asked, in whatever order, with restarts from the log between: no two different
    /// votes of one place, and never a step back.
    #[test]
    fn what_was_permitted_never_contradicts_itself(
        asked in prop::collection::vec((1u64..4, 0u32..4, kind(), prop::option::of(0u8..3), any::<bool>()), 1..60)
    ) {
        let mut guard = VoteGuard::new(Height(1));
        let mut log: Vec<Vote> = Vec::new();
        for (height, round, kind, value, restart) in asked {
            if restart {
                guard = VoteGuard::new(Height(1));
                prop_assert!(log.iter().all(|vote| guard.note_vote(vote)));
            }
            let wanted = vote(height, round, kind, value);
            if guard.note_vote(&wanted) {
                log.push(wanted);
            }
        }
        for (i, a) in log.iter().enumerate() {
            for b in &log[..i] {
                let place = |v: &Vote| (v.height, v.round, v.kind);
                prop_assert!(place(a) != place(b) || a == b, "{a:?} against {b:?}");
            }
        }
    }
}
