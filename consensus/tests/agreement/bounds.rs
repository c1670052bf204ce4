//! What one bank cannot do to the others: move their round, fill their memory, make them panic.

use crate::common::{proposal, signature, value, vote};
use crate::stage::{HEIGHT, Precommit, Prevote, Stage, decided, wishes};
use idx_consensus::agreement::{Agreement, Input, Output, TimeoutKind};
use idx_consensus::election;
use idx_types::{
    BankId, ChainId, Evidence, Height, Proposal, Round, Signed, SignedProposal, Verified, testing,
};

fn blamed(said: &[Output]) -> Vec<BankId> {
    said.iter()
        .filter_map(|o| if let Output::Misbehaviour { bank, .. } = o { Some(*bank) } else { None })
        .collect()
}

fn give_proposal(stage: &mut Stage, proposal: SignedProposal) -> Vec<Output> {
    stage.give(Input::Proposal { proposal: Verified::vouch(proposal), valid: true })
}

/// Fault 21: a bank shouts a huge round, again and again; the honest commit in round 0.
#[test]
fn a_huge_round_of_one_bank_moves_nobody() {
    let mut stage = Stage::new();
    let liar = stage.others().last().unwrap();
    for round in [u32::MAX, u32::MAX - 1, u32::MAX / 2, 1_000_000] {
        for kind in [Prevote, Precommit] {
            let said = stage.vote(liar, round, kind, Some(value(2)));
            let expected = if round == u32::MAX { vec![BankId(liar)] } else { vec![] };
            assert_eq!(blamed(&said), expected, "round {round}");
            assert_eq!((said.len(), stage.round()), (expected.len(), Some(0)));
        }
    }
    stage.propose(0, None, value(1));
    stage.votes(3, 0, Prevote, Some(value(1)));
    assert_eq!(decided(&stage.votes(3, 0, Precommit, Some(value(1)))), Some((0, value(1))));
}

/// Fault 22: even with more liars than are tolerated the last round neither wraps nor panics.
#[test]
fn the_last_round_is_the_last() {
    let (mut stage, last) = (Stage::new(), u32::MAX - 1);
    stage.votes(2, last, Prevote, None);
    assert_eq!(stage.round(), Some(last));
    stage.timeout(last, TimeoutKind::Propose);
    stage.votes(5, last, Prevote, None);
    stage.votes(5, last, Precommit, None);
    assert!(stage.timeout(last, TimeoutKind::Precommit).is_empty());
    assert_eq!(stage.round(), Some(last));
    assert!(!stage.bundle().votes.is_empty());
}

/// A hundred thousand rounds of votes and proposals of one bank: what is sent again stays small, and
/// the height goes on as if nothing had been.
#[test]
fn a_flood_of_rounds_leaves_no_trace() {
    let mut stage = Stage::new();
    let liar = stage.others().last().unwrap();
    for round in (1..100_000).rev().chain(100_000..200_000) {
        assert!(stage.vote(liar, round, Prevote, Some(value(2))).is_empty());
    }
    for turn in 0..10_000 {
        let mut turn = proposal(&stage.banks, HEIGHT, 1 + turn, None, value(2));
        if turn.message.bank == BankId(liar) {
            turn.message.value = value((turn.message.round.0 % 250) as u8);
            give_proposal(&mut stage, turn);
        }
    }
    assert_eq!(stage.bundle().votes.len(), 0);
    stage.propose(0, None, value(1));
    assert_eq!(wishes(&stage.votes(3, 0, Prevote, Some(value(1)))).len(), 1);
}

/// Fault 32: hundreds of rounds; what is sent again does not grow, and an old lock is still proven.
#[test]
fn many_rounds_do_not_add_up() {
    let mut stage = Stage::new();
    stage.propose(0, None, value(1));
    stage.votes(3, 0, Prevote, Some(value(1)));
    stage.votes(3, 0, Precommit, None);
    stage.timeout(0, TimeoutKind::Precommit);
    for round in 1..500 {
        stage.pass_round(round);
        let votes = stage.bundle().votes.len();
        assert!(votes <= 5 * 6 + 2, "{votes} votes in round {round}");
    }
    let mut newcomer = Stage::idle(Some(election::miner(&stage.banks, Height(HEIGHT), Round(3))));
    newcomer.give(Input::StartRounds);
    for signed in stage.bundle().votes {
        newcomer.give(Input::Vote(Verified::vouch(signed)));
    }
    let round = newcomer.round().unwrap();
    assert!(round >= 499, "round {round}");
    assert_eq!(wishes(&newcomer.propose(round, Some(0), value(1))), [(round, Prevote, Some(value(1)))]);
}

#[test]
fn what_only_a_liar_sends_is_blamed_and_changes_nothing() {
    let mut stage = Stage::new();
    let good = proposal(&stage.banks, HEIGHT, 3, None, value(2)).message;
    let sign = |message: Proposal| Signed { message, signature: signature(message.bank) };
    let stranger = BankId((good.bank.0 + 1) % 6);
    let table = [
        sign(Proposal { bank: stranger, ..good }),
        sign(Proposal { pol_round: Some(Round(3)), ..good }),
        sign(Proposal { pol_round: Some(Round(u32::MAX)), ..good }),
        sign(Proposal { round: Round(u32::MAX), ..good }),
    ];
    let before = stage.agreement.status();
    for lie in table {
        assert_eq!(blamed(&give_proposal(&mut stage, lie)), [lie.message.bank], "{lie:?}");
    }
    assert_eq!(stage.agreement.status(), before);
}

#[test]
fn what_does_not_concern_this_height_is_ignored() {
    let mut stage = Stage::new();
    let before = stage.agreement.status();
    let elsewhere = ChainId(idx_crypto::Hash32([9; 32]));
    let mut votes = [vote(HEIGHT + 1, 0, Prevote, None, 0), vote(HEIGHT - 1, 0, Prevote, None, 0)].to_vec();
    votes.push(vote(HEIGHT, 0, Prevote, None, 42));
    votes.push(vote(HEIGHT, 0, Prevote, None, 0));
    votes.last_mut().unwrap().message.chain_id = elsewhere;
    for signed in votes {
        assert!(stage.give(Input::Vote(Verified::vouch(signed))).is_empty(), "{signed:?}");
    }
    for height in [0, HEIGHT - 1, HEIGHT + 1, u64::MAX] {
        let early = proposal(&stage.banks, height, 0, None, value(1));
        assert!(give_proposal(&mut stage, early).is_empty());
    }
    assert_eq!(stage.agreement.status(), before);
}

#[test]
fn before_the_first_height_nothing_happens() {
    let (mut agreement, mut out) = (Agreement::new(testing::chain_id(), None), Vec::new());
    agreement.step(Input::StartRounds, &mut out);
    agreement.step(Input::Vote(Verified::vouch(vote(1, 0, Prevote, None, 0))), &mut out);
    assert!(out.is_empty());
    assert_eq!((agreement.status(), agreement.step_name(), agreement.round()), (None, "idle", None));
}

#[test]
fn a_contradiction_is_told_once_and_not_for_ever() {
    let mut stage = Stage::new();
    let liar = stage.others().last().unwrap();
    let evidence = |said: Vec<Output>| -> Vec<Evidence> {
        said.into_iter().filter_map(|o| if let Output::Evidence(e) = o { Some(e) } else { None }).collect()
    };
    stage.vote(liar, 0, Prevote, Some(value(1)));
    let first = evidence(stage.vote(liar, 0, Prevote, Some(value(2))));
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].offence().unwrap().bank, BankId(liar));
    assert!(evidence(stage.vote(liar, 0, Prevote, Some(value(2)))).is_empty(), "the same again");
    assert!(evidence(stage.vote(liar, 0, Prevote, None)).is_empty(), "a third vote of the same place");
    let mut told = first.len();
    for round in 1..50 {
        stage.pass_round(round - 1);
        stage.vote(liar, round, Precommit, Some(value(1)));
        told += evidence(stage.vote(liar, round, Precommit, Some(value(2)))).len();
    }
    assert_eq!(told, 4);
}

#[test]
fn two_proposals_of_one_round_are_evidence_and_both_can_win() {
    let mut stage = Stage::new();
    stage.propose(0, None, value(1));
    let said = stage.propose(0, None, value(2));
    assert!(matches!(said[..], [Output::Evidence(Evidence::Proposals(..))]), "{said:?}");
    assert!(stage.propose(0, None, value(3)).is_empty(), "the third is not kept");
    assert_eq!(wishes(&stage.votes(4, 0, Prevote, Some(value(2)))), [(0, Precommit, Some(value(2)))]);
    assert_eq!(decided(&stage.votes(3, 0, Precommit, Some(value(2)))), Some((0, value(2))));
}

/// A proposer floods one bank with proposals; the one that the others vote for is still taken.
#[test]
fn a_proposal_that_others_vote_for_finds_a_place() {
    let mut stage = Stage::new();
    (1..10).for_each(|byte| drop(stage.propose(0, None, value(byte))));
    stage.votes(4, 0, Prevote, Some(value(42)));
    assert_eq!(wishes(&stage.propose(0, None, value(42))), [(0, Precommit, Some(value(42)))]);
}
