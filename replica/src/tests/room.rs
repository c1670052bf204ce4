//! A bank fills its own room and nobody else's.

use super::{Rig, blamed, key_of, peer_of, signs_verdicts};
use crate::room::VOTES_PER_BANK_MAX;
use crate::{Effect, Input, Unsigned};
use idx_types::wire::Response;
use idx_types::{BankId, PrivateHash, PublicHash, Round, Signed, TxHash, Verdicts, Verified, Vote, VoteKind};

fn vote(rig: &Rig, bank: u16, round: u32, mark: u8) -> Input {
    let (chain_id, height) = (rig.mind.state().chain_id(), rig.height());
    let value = Some(PrivateHash([mark; 32]));
    let vote =
        Vote { chain_id, height, round: Round(round), kind: VoteKind::Prevote, value, bank: BankId(bank) };
    Input::Vote(Verified::vouch(Signed::new(vote, &key_of(BankId(bank)))))
}

#[test]
fn blocks_of_one_liar_leave_room_for_the_next_miner() {
    let mut rig = Rig::new();
    let liar = rig.block(0, 0).header.message.miner;
    for round in (0..600).step_by(6) {
        for mark in 0..5 {
            let block = rig.block(round, mark);
            assert_eq!(block.header.message.miner, liar);
            rig.announce(block);
        }
    }
    let effects = rig.announce(rig.block(1, 0));
    assert!(signs_verdicts(&effects), "the honest miner's block is taken");
    assert!(blamed(&effects).is_empty());
}

#[test]
fn a_third_block_of_a_round_is_dropped_and_two_are_evidence_once() {
    let mut rig = Rig::new();
    let reports = |effects: &[Effect]| {
        effects.iter().filter(|effect| matches!(effect, Effect::Sign(Unsigned::Transaction(_)))).count()
    };
    let counts: Vec<usize> = (0..5).map(|mark| reports(&rig.announce(rig.block(0, mark)))).collect();
    assert_eq!(counts, [0, 1, 0, 0, 0]);
}

#[test]
fn votes_of_one_liar_do_not_use_up_the_room_of_the_others() {
    let mut rig = Rig::new();
    let logged = |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::Log(..)));
    let mut taken = 0;
    for round in 0..40 {
        for mark in 0..20 {
            taken += usize::from(logged(&rig.step(vote(&rig, 3, round, mark))));
        }
    }
    assert_eq!(taken, VOTES_PER_BANK_MAX + 2, "two in this round, the others in later ones");
    assert!(logged(&rig.step(vote(&rig, 4, 0, 1))), "another bank's vote still counts");
    assert!(!logged(&rig.step(vote(&rig, 4, 0, 1))), "and is in the journal once");
}

/// Simulator seed 1001420: three banks were locked on a value, with the vote of a liar among the proof;
/// the others had let that liar fill its room with votes for later rounds, and never took the proof.
#[test]
fn votes_for_later_rounds_leave_room_for_older_ones_of_the_same_bank() {
    let mut rig = Rig::new();
    let logged = |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::Log(..)));
    assert!(logged(&rig.step(vote(&rig, 4, 0, 1))), "round 0 begins");
    for round in 1..300 {
        rig.step(vote(&rig, 3, round, 7));
    }
    assert!(!logged(&rig.step(vote(&rig, 3, 300, 7))), "its room for later rounds is full");
    assert!(logged(&rig.step(vote(&rig, 3, 0, 1))), "its vote of this round is taken");
}

#[test]
fn early_verdicts_of_a_liar_do_not_displace_those_of_others() {
    let mut rig = Rig::new();
    let block = rig.block(0, 7);
    let hash = block.header.message.hash();
    let early = |rig: &Rig, bank: u16, block: PublicHash| {
        let (chain_id, height) = (rig.mind.state().chain_id(), rig.height());
        let verdicts = Verdicts { chain_id, height, block, bank: BankId(bank), verdicts: Vec::new() };
        Input::Verdicts(Verified::vouch(Signed::new(verdicts, &key_of(BankId(bank)))))
    };
    rig.step(early(&rig, 4, hash));
    for n in 0..200 {
        rig.step(early(&rig, 3, PublicHash([n; 32])));
    }
    assert!(rig.mind.book.early_verdicts.len() <= 5);
    rig.announce(block);
    assert!(rig.mind.insight().spoken.contains(&BankId(4)), "counted when its block has come");
}

#[test]
fn an_answer_holds_each_transaction_once_however_often_it_is_asked_for() {
    let mut rig = Rig::new();
    let mut ledger = idx_chain::testing::World::new(6);
    let tx = ledger.open_account_with(0, |_| {});
    rig.step(Input::Transactions(vec![tx.clone()]));
    let hashes: Vec<TxHash> = vec![tx.hash; 30_000];
    let effects = rig.step(Input::TransactionsWanted(1, PublicHash([1; 32]), hashes));
    let [Effect::Respond(1, Response::Transactions { transactions, .. })] = &effects[..] else {
        panic!("one answer: {effects:?}");
    };
    assert_eq!(transactions.len(), 1);
}

#[test]
fn a_miner_is_blamed_for_a_header_that_does_not_fit() {
    let mut rig = Rig::new();
    let mut block = rig.block(0, 0);
    let miner = block.header.message.miner;
    block.header.message.parent_public = PublicHash([5; 32]);
    let effects = rig.announce(block);
    assert_eq!(blamed(&effects), [peer_of(miner)]);
    assert!(!signs_verdicts(&effects));
}
