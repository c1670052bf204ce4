//! What is kept in memory, here and in the core, whatever comes.

use super::super::votes::{FUTURE_ROUNDS_PER_BANK, PAST_ROUNDS_KEPT};
use super::*;
use idx_crypto::{Hash32, PublicKey, Signature};
use idx_types::{Bank, NetworkKey, Paise, Signed, testing};

const BANKS: usize = 6;

fn contest() -> Contest {
    let bank = |id: u16| Bank {
        id: BankId(id),
        code: format!("BANK{id}").parse().unwrap(),
        consensus_key: PublicKey([id as u8; 32]),
        network_key: NetworkKey([id as u8; 32]),
        hpke_key: Hash32::ZERO,
        stake: Paise(1),
    };
    let banks = Arc::new(ValidatorSet::new((0..BANKS as u16).map(bank).collect()).unwrap());
    let quorums = Quorums::of(BANKS, 0);
    Contest::new(testing::chain_id(), Some(BankId(0)), Height(1), banks, quorums)
}

fn vote(contest: &mut Contest, bank: u16, round: u32, kind: VoteKind) -> Vec<Output> {
    let (chain_id, height, round, bank) = (contest.chain_id, contest.height, Round(round), BankId(bank));
    let message = Vote { chain_id, height, round, kind, value: None, bank };
    let mut out = Vec::new();
    contest.on_vote(&Signed { message, signature: Signature([0; 64]) }, &mut out);
    out
}

fn rounds_kept(contest: &Contest) -> (usize, usize) {
    (contest.votes.rounds().count(), contest.driver.votes().rounds())
}

#[test]
fn a_flood_of_future_rounds_never_reaches_the_core() {
    let mut contest = contest();
    contest.start_rounds(&mut Vec::new());
    for round in 1..5_000 {
        assert!(vote(&mut contest, 5, round, VoteKind::Prevote).is_empty());
    }
    assert_eq!(rounds_kept(&contest), (FUTURE_ROUNDS_PER_BANK, 0));
}

#[test]
fn what_is_kept_of_many_rounds_is_bounded() {
    let mut contest = contest();
    contest.start_rounds(&mut Vec::new());
    for round in 0..1_000 {
        for bank in 1..5 {
            vote(&mut contest, bank, round, VoteKind::Precommit);
        }
        let id = TimeoutId { height: Height(1), round: Round(round), kind: TimeoutKind::Precommit };
        contest.on_timeout(&id, &mut Vec::new());
        assert_eq!(contest.round(), Some(Round(round + 1)));
        let (ours, core) = rounds_kept(&contest);
        let most = PAST_ROUNDS_KEPT as usize + 1;
        assert!(ours <= most && core <= most, "{ours} and {core} rounds kept in round {round}");
    }
}
