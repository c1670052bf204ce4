//! Stories of one bank among six, at height 10; quorum 4, skip 2.

use crate::common::{proposal, value, vote};
use crate::stage::{HEIGHT, Precommit, Prevote, Stage, decided, wishes};
use idx_consensus::agreement::{Cast, Input, Output, TimeoutKind};
use idx_consensus::election;
use idx_types::{BankId, Height, Round, Verified};

fn elected(round: u32) -> BankId {
    election::miner(&crate::common::banks(6), Height(HEIGHT), Round(round))
}

fn is_unknown(output: &Output) -> bool {
    matches!(output, Output::DecidedUnknown { .. })
}

fn is_contradiction(output: &Output) -> bool {
    matches!(output, Output::Contradiction { .. })
}

/// Locks the stage's bank on a value in round 0 and ends the round.
fn locked(stage: &mut Stage) {
    let (v, nil) = (Some(value(1)), None);
    assert_eq!(wishes(&stage.propose(0, None, value(1))), [(0, Prevote, v)]);
    assert_eq!(wishes(&stage.votes(3, 0, Prevote, v)), [(0, Precommit, v)]);
    stage.votes(3, 0, Precommit, nil);
    stage.timeout(0, TimeoutKind::Precommit);
    assert_eq!(stage.round(), Some(1));
    assert_eq!(stage.agreement.status().unwrap().locked, Some((Round(0), value(1))));
}

#[test]
fn a_height_without_faults() {
    let mut stage = Stage::new();
    assert_eq!(wishes(&stage.propose(0, None, value(1))), [(0, Prevote, Some(value(1)))]);
    assert_eq!(wishes(&stage.votes(3, 0, Prevote, Some(value(1)))), [(0, Precommit, Some(value(1)))]);
    let said = stage.votes(3, 0, Precommit, Some(value(1)));
    assert_eq!(decided(&said), Some((0, value(1))));
    assert_eq!((stage.agreement.step_name(), stage.agreement.decided()), ("decided", Some(value(1))));
    assert!(stage.timeout(0, TimeoutKind::Precommit).is_empty());
    assert!(stage.timeout(0, TimeoutKind::Rebroadcast).is_empty());
}

/// Fault 6: forgetting the lock on a round change would prevote the second value.
#[test]
fn a_lock_survives_the_round_change() {
    let mut stage = Stage::new();
    locked(&mut stage);
    assert_eq!(wishes(&stage.propose(1, None, value(2))), [(1, Prevote, None)]);
}

#[test]
fn a_lock_gives_way_to_a_newer_proof() {
    let mut stage = Stage::new();
    locked(&mut stage);
    stage.propose(1, None, value(2));
    stage.votes(4, 1, Prevote, Some(value(2)));
    stage.votes(4, 1, Precommit, None);
    stage.timeout(1, TimeoutKind::Precommit);
    assert_eq!(wishes(&stage.propose(2, Some(1), value(2))), [(2, Prevote, Some(value(2)))]);
}

/// Fault 5: a claimed proof without its votes moves nobody.
#[test]
fn a_proof_of_lock_is_believed_only_with_its_votes() {
    let mut stage = Stage::new();
    locked(&mut stage);
    stage.pass_round(1);
    assert_eq!(wishes(&stage.propose(2, Some(1), value(2))), []);
    assert_eq!(wishes(&stage.timeout(2, TimeoutKind::Propose)), [(2, Prevote, None)]);
}

#[test]
fn the_votes_of_a_proof_may_come_after_its_proposal() {
    let mut late = Stage::new();
    late.timeout(0, TimeoutKind::Propose);
    late.votes(4, 0, Precommit, None);
    late.timeout(0, TimeoutKind::Precommit);
    assert_eq!(wishes(&late.propose(1, Some(0), value(1))), []);
    assert_eq!(wishes(&late.votes(4, 0, Prevote, Some(value(1)))), [(1, Prevote, Some(value(1)))]);
}

/// A liar shows one prevote to the bank that locks and another to us. The quorum that includes its
/// other vote is still a quorum, or the lock could never be explained to us.
#[test]
fn a_quorum_with_a_second_vote_is_a_quorum() {
    let mut stage = Stage::new();
    let liar = stage.others().next().unwrap();
    stage.timeout(0, TimeoutKind::Propose);
    stage.vote(liar, 0, Prevote, None);
    for bank in stage.others().skip(1).take(3).collect::<Vec<_>>() {
        stage.vote(bank, 0, Prevote, Some(value(1)));
    }
    stage.votes(4, 0, Precommit, None);
    stage.timeout(0, TimeoutKind::Precommit);
    assert_eq!(wishes(&stage.propose(1, Some(0), value(1))), []);
    let said = stage.vote(liar, 0, Prevote, Some(value(1)));
    assert!(said.iter().any(|output| matches!(output, Output::Evidence(_))));
    assert_eq!(wishes(&said), [(1, Prevote, Some(value(1)))]);
}

#[test]
fn an_elected_bank_proposes_its_valid_value_again() {
    let mut stage = Stage::idle(Some(elected(1)));
    stage.give(Input::StartRounds);
    stage.propose(0, None, value(1));
    stage.votes(4, 0, Prevote, Some(value(1)));
    stage.votes(4, 0, Precommit, None);
    let said = stage.timeout(0, TimeoutKind::Precommit);
    let again = |o: &Output| matches!(o, Output::SignProposal(p) if (p.value, p.pol_round) == (value(1), Some(Round(0))));
    assert!(said.iter().any(again), "{said:?}");
    assert!(!said.iter().any(|output| matches!(output, Output::GetValue { .. })));
    let waits = |o: &Output| matches!(o, Output::Schedule(id) if id.kind == TimeoutKind::Propose);
    assert!(said.iter().any(waits), "should the proposal never be signed, the round must end");
}

#[test]
fn an_elected_bank_proposes_once_a_round() {
    let mut stage = Stage::idle(Some(elected(0)));
    let said = stage.give(Input::StartRounds);
    assert!(said.contains(&Output::GetValue { height: Height(HEIGHT), round: Round(0) }));
    let proposes = |said: &[Output]| said.iter().filter(|o| matches!(o, Output::SignProposal(_))).count();
    assert_eq!(proposes(&stage.give(Input::Value { round: Round(1), value: value(1) })), 0);
    let said = stage.give(Input::Value { round: Round(0), value: value(1) });
    assert_eq!((proposes(&said), wishes(&said)), (1, vec![(0, Prevote, Some(value(1)))]));
    assert_eq!(proposes(&stage.give(Input::Value { round: Round(0), value: value(2) })), 0);
}

#[test]
fn a_value_from_a_bank_that_is_not_elected_is_ignored() {
    let mut stage = Stage::new();
    assert!(stage.give(Input::Value { round: Round(0), value: value(1) }).is_empty());
}

#[test]
fn an_own_vote_counts_when_it_comes_back() {
    let mut stage = Stage::new();
    let mut said = Vec::new();
    let proposal = Verified::vouch(proposal(&stage.banks, HEIGHT, 0, None, value(1)));
    stage.agreement.step(Input::Proposal { proposal, valid: true }, &mut said);
    assert_eq!(wishes(&said).len(), 1);
    assert!(wishes(&stage.votes(3, 0, Prevote, Some(value(1)))).is_empty());
    let (me, v) = (stage.me.0, Some(value(1)));
    assert_eq!(wishes(&stage.vote(me, 0, Prevote, v)), [(0, Precommit, v)]);
}

/// Fault 30: a certificate for a block that is not here; told once, decided when it comes.
#[test]
fn a_proposal_after_its_certificate_still_decides() {
    let mut stage = Stage::new();
    let said = stage.votes(5, 0, Precommit, Some(value(1)));
    assert_eq!(said.iter().filter(|output| is_unknown(output)).count(), 1);
    assert_eq!(decided(&said), None);
    assert_eq!(decided(&stage.propose(0, None, value(1))), Some((0, value(1))));
}

/// The same in a round that this bank is not in, and has left.
#[test]
fn a_certificate_of_any_round_decides() {
    for round in [0, 2, 7] {
        let mut stage = Stage::new();
        stage.propose(0, None, value(1));
        stage.pass_round(0);
        let said = stage.votes(4, round, Precommit, Some(value(1)));
        assert_eq!(decided(&said), Some((round, value(1))), "the proposal is of round 0");
    }
}

#[test]
fn a_final_value_that_is_invalid_here_is_a_contradiction_until_it_is_valid() {
    let (mut stage, invalid) = (Stage::new(), value(0xff));
    assert_eq!(wishes(&stage.propose(0, None, invalid)), [(0, Prevote, None)]);
    let said = stage.votes(5, 0, Precommit, Some(invalid));
    assert_eq!(said.iter().filter(|output| is_contradiction(output)).count(), 1);
    assert_eq!(decided(&said), None);
    let proposal = Verified::vouch(proposal(&stage.banks, HEIGHT, 0, None, invalid));
    let said = stage.give(Input::Proposal { proposal, valid: true });
    assert_eq!(decided(&said), Some((0, invalid)));
}

/// Document 2.4: two liars can make a second certificate; it must not pass in silence.
#[test]
fn a_second_final_value_is_a_contradiction() {
    let mut stage = Stage::new();
    stage.propose(0, None, value(1));
    assert!(decided(&stage.votes(4, 0, Precommit, Some(value(1)))).is_some());
    let said = stage.votes(4, 1, Precommit, Some(value(2)));
    assert_eq!(said.iter().filter(|output| is_contradiction(output)).count(), 1);
    assert_eq!(stage.agreement.decided(), Some(value(1)));
}

#[test]
fn messages_before_the_rounds_begin_count_when_they_do() {
    let mut stage = Stage::idle(Some(elected(5)));
    assert_eq!(stage.agreement.step_name(), "idle");
    assert!(stage.votes(3, 0, Prevote, Some(value(1))).is_empty());
    assert!(stage.propose(0, None, value(1)).is_empty());
    let v = Some(value(1));
    assert_eq!(wishes(&stage.give(Input::StartRounds)), [(0, Prevote, v), (0, Precommit, v)]);
    assert!(stage.give(Input::StartRounds).is_empty());
}

#[test]
fn rounds_begin_where_the_others_are() {
    let mut stage = Stage::idle(Some(elected(5)));
    stage.votes(2, 4, Prevote, None);
    stage.give(Input::StartRounds);
    assert_eq!(stage.round(), Some(4));
}

#[test]
fn two_banks_of_a_higher_round_pull_forward_and_one_does_not() {
    let mut stage = Stage::new();
    stage.vote(stage.others().next().unwrap(), 5, Prevote, None);
    assert_eq!(stage.round(), Some(0));
    let said = stage.votes(2, 5, Precommit, None);
    assert!(said.contains(&Output::EnterRound(Round(5), elected(5))));
}

#[test]
fn stale_timeouts_do_nothing() {
    let mut stage = Stage::new();
    stage.pass_round(0);
    for kind in [TimeoutKind::Propose, TimeoutKind::Prevote, TimeoutKind::Precommit, TimeoutKind::Rebroadcast]
    {
        assert!(stage.timeout(0, kind).is_empty(), "{kind:?} of round 0");
        assert!(stage.timeout(9, kind).is_empty(), "{kind:?} of round 9");
    }
}

#[test]
fn a_watcher_decides_and_never_wishes_to_sign() {
    for me in [None, Some(BankId(77))] {
        let mut stage = Stage::idle(me);
        stage.give(Input::StartRounds);
        stage.propose(0, None, value(1));
        for bank in 0..4 {
            stage.vote(bank, 0, Prevote, Some(value(1)));
            stage.vote(bank, 0, Precommit, Some(value(1)));
        }
        assert_eq!(decided(&stage.said), Some((0, value(1))));
        assert!(wishes(&stage.said).is_empty());
    }
}

/// One bundle gets a bank that missed everything into the round before the sender's, whose timeout
/// leads on, and gives it the proof of the sender's lock.
#[test]
fn a_bundle_alone_brings_a_newcomer_along() {
    let mut stage = Stage::new();
    locked(&mut stage);
    stage.pass_round(1);
    stage.pass_round(2);
    let mut newcomer = Stage::idle(Some(elected(4)));
    newcomer.give(Input::StartRounds);
    for signed in stage.bundle().votes {
        newcomer.give(Input::Vote(Verified::vouch(signed)));
    }
    assert_eq!(newcomer.round(), Some(2));
    newcomer.timeout(2, TimeoutKind::Propose);
    newcomer.timeout(2, TimeoutKind::Precommit);
    assert_eq!(newcomer.round(), Some(3));
    assert_eq!(wishes(&newcomer.propose(3, Some(0), value(1))), [(3, Prevote, Some(value(1)))]);
}

#[test]
fn status_tells_who_is_waited_for() {
    let mut stage = Stage::new();
    let bank = stage.others().next().unwrap();
    stage.vote(bank, 0, Prevote, None);
    stage.propose(0, None, value(1));
    let status = stage.agreement.status().unwrap();
    assert_eq!((status.height, status.round, status.step), (Height(HEIGHT), Some(Round(0)), "prevote"));
    assert_eq!((status.proposer, status.proposed, status.quorum), (Some(elected(0)), Some(value(1)), 4));
    let of = |id: u16| *status.votes.iter().find(|votes| votes.bank == BankId(id)).unwrap();
    assert_eq!((of(bank).prevote, of(bank).precommit), (Cast::Nil, Cast::Missing));
    assert_eq!(of(stage.me.0).prevote, Cast::Value(value(1)));
    assert_eq!(status.votes.iter().filter(|votes| votes.prevote == Cast::Missing).count(), 4);
}

#[test]
fn a_new_height_forgets_the_last_one() {
    let mut stage = Stage::new();
    locked(&mut stage);
    let (banks, quorums) = (stage.banks.clone(), idx_types::Quorums::of(6, 0));
    stage.give(Input::StartHeight { height: Height(HEIGHT + 1), banks, quorums });
    assert_eq!((stage.agreement.height(), stage.agreement.is_started()), (Height(HEIGHT + 1), false));
    stage.give(Input::StartRounds);
    assert!(stage.votes(4, 0, Prevote, Some(value(1))).is_empty(), "votes of the last height");
    let proposal = Verified::vouch(proposal(&stage.banks, HEIGHT + 1, 0, None, value(2)));
    let said = stage.give(Input::Proposal { proposal, valid: true });
    assert_eq!(wishes(&said), [(0, Prevote, Some(value(2)))]);
    assert!(stage.give(Input::Vote(Verified::vouch(vote(HEIGHT + 2, 0, Prevote, None, 0)))).is_empty());
}

/// A bug planted in the rules, which the story above must notice.
#[cfg(feature = "planted-bugs")]
#[test]
#[should_panic(expected = "assertion `left == right` failed")]
fn a_forgotten_lock_is_noticed() {
    idx_types::planted::plant(Some(idx_types::planted::Bug::LockForgotten));
    a_lock_survives_the_round_change();
}
