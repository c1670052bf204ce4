//! Banks that join and leave, in all orders (faults 19, 29 and 35).

use super::{ballot, height, least_transfer, pass, propose};
use crate::system::{SYSTEM_KINDS, system_handle};
use crate::testing::{STAKE, World, bank, handle};
use idx_crypto::{Hash32, PublicKey};
use idx_types::testing;
use idx_types::tx::{AddBank, Change};
use idx_types::{AccountKind, Bank, BankId, Decision, NetworkKey, Outcome, Paise, Reason, TxKind};

fn add(number: u16) -> Change {
    Change::AddBank(AddBank { bank: Bank { stake: Paise::ZERO, ..bank(number) } })
}

fn remove(number: u16) -> Change {
    Change::RemoveBank(BankId(number))
}

fn numbers(world: &World) -> Vec<u16> {
    world.state.validators().banks().iter().map(|bank| bank.id.0).collect()
}

#[test]
fn a_bank_joins_with_empty_accounts_and_shares_fees_from_then_on() {
    let mut world = World::new(6);
    let (payer, receiver) = (world.account(0, 1_000_000), world.account(1, 0));
    let (from, to) = (world.session(0, payer), world.session(1, receiver));
    let at = height(&world) + 6;
    pass(&mut world, &[0, 1, 2, 3], add(6), at);
    assert_eq!(numbers(&world), [0, 1, 2, 3, 4, 5]);
    world.advance_to(at - 1);
    assert_eq!(numbers(&world), [0, 1, 2, 3, 4, 5, 6]);
    for kind in SYSTEM_KINDS {
        let account = world.state.account(&system_handle(BankId(6), kind)).unwrap();
        assert_eq!((account.balance, account.opened_at.0), (Paise::ZERO, at - 1));
    }
    let ask = world.transfer((0, from), (1, to), 70_000);
    let tx = world.session_tx(TxKind::Transfer(ask));
    assert_eq!(world.apply(&[tx]), [Outcome::Completed]);
    assert_eq!(world.balance(&system_handle(BankId(6), AccountKind::BankFees)), Paise(100));
    world.account(6, 0);
}

#[test]
fn a_bank_leaves_with_its_stake_and_its_customers_can_no_longer_pay() {
    let mut world = World::new(6);
    let (payer, receiver) = (world.account(0, 1_000_000), world.account(5, 1_000_000));
    let (from, to) = (world.session(0, payer), world.session(5, receiver));
    let reserve = system_handle(BankId(5), AccountKind::BankReserve);
    let before = world.balance(&reserve);
    let at = height(&world) + 5;
    pass(&mut world, &[0, 1, 2, 3], remove(5), at);
    world.advance_to(at - 1);
    assert_eq!(numbers(&world), [0, 1, 2, 3, 4]);
    assert_eq!(world.balance(&reserve), Paise(before.0 + STAKE.0));
    assert_eq!(world.balance(&system_handle(BankId(5), AccountKind::Stake)), Paise::ZERO);
    assert_eq!(world.balance(&receiver), Paise(1_000_000), "its accounts stay");
    for (a, b) in [((0, from), (5, to)), ((5, to), (0, from))] {
        let ask = world.transfer(a, b, 1_000);
        let tx = world.session_tx(TxKind::Transfer(ask));
        world.assert_refused(&tx, Reason::UnknownBank);
    }
    world.refused(world.cash_in(5, receiver, 1), 5, Reason::UnknownBank);
}

#[test]
fn the_leaving_stake_is_shown_as_postings_of_the_block() {
    let mut world = World::new(6);
    pass(&mut world, &[0, 1, 2, 3], remove(5), 7);
    world.advance_to(5);
    let execution = world.state.execute(&world.header(), &[], &[]);
    let moved: Vec<i128> = execution.closing_postings().iter().map(|posting| posting.change).collect();
    assert_eq!(moved, [-i128::from(STAKE.0), i128::from(STAKE.0)]);
}

#[test]
fn impossible_members_are_refused() {
    let mut world = World::new(6);
    let taken = bank(0);
    let with = |change: &dyn Fn(&mut Bank)| {
        let mut bank = Bank { stake: Paise::ZERO, ..bank(6) };
        change(&mut bank);
        Change::AddBank(AddBank { bank })
    };
    let table = [
        with(&|b| b.stake = Paise(1)),
        with(&|b| b.id = BankId(0)),
        with(&|b| b.code = taken.code.clone()),
        with(&|b| b.consensus_key = taken.consensus_key),
        with(&|b| b.network_key = taken.network_key),
        with(&|b| b.consensus_key = PublicKey([0; 32])),
        with(&|b| b.network_key = NetworkKey([0; 32])),
        with(&|b| b.hpke_key = Hash32::ZERO),
        remove(9),
    ];
    for change in table {
        world.refused(propose(0, change, 50), 0, Reason::BadProposal);
    }
}

#[test]
fn a_customer_account_in_the_place_of_a_system_account_blocks_only_that_number() {
    let mut world = World::new(6);
    let squatted = system_handle(BankId(6), AccountKind::Stake);
    world.done(testing::open_account(BankId(0), squatted), 0);
    world.refused(propose(0, add(6), 50), 0, Reason::BadProposal);
    world.done(propose(0, add(7), 50), 0);
}

#[test]
fn four_banks_must_remain() {
    let mut world = World::new(5);
    pass(&mut world, &[0, 1, 2, 3], remove(3), 10);
    pass(&mut world, &[0, 1, 2, 3], remove(4), 10);
    world.advance_to(9);
    assert_eq!(numbers(&world), [0, 1, 2, 4], "the second was possible when proposed, not when due");
    world.refused(propose(0, remove(4), 50), 0, Reason::BadProposal);
}

#[test]
fn a_number_is_never_given_twice() {
    let mut world = World::new(6);
    pass(&mut world, &[0, 1, 2, 3], remove(5), 10);
    world.advance_to(9);
    world.refused(propose(0, add(5), 50), 0, Reason::BadProposal);
    pass(&mut world, &[0, 1, 2, 3], add(6), 20);
    pass(&mut world, &[1, 2, 3, 4], add(6), 20);
    world.advance_to(19);
    assert_eq!(numbers(&world), [0, 1, 2, 3, 4, 6], "the same bank joins once");
}

/// Fault 35: ballots of a bank that has left do not count, and the quorum is that of the banks left.
#[test]
fn votes_of_those_who_left_are_not_counted() {
    let mut world = World::new(6);
    let id = world.done(propose(5, least_transfer(500), 100), 5).id;
    world.done(ballot(0, id, true), 0);
    world.done(ballot(1, id, true), 1);
    pass(&mut world, &[0, 1, 2, 3], remove(5), 10);
    world.advance_to(10);
    world.done(ballot(2, id, true), 2);
    assert_eq!(world.state.proposals()[0].passed_at, None, "0, 1 and 2 are three of five");
    world.done(ballot(3, id, true), 3);
    assert!(world.state.proposals()[0].passed_at.is_some(), "four of five");
}

/// A smaller set can make enough what was too little, without another ballot.
#[test]
fn a_proposal_passes_when_the_set_shrinks_below_its_votes() {
    let mut world = World::new(8);
    let quorum = |world: &World| world.state.validators().quorums(0).quorum;
    assert_eq!(quorum(&world), 6);
    let id = world.done(propose(0, least_transfer(500), 100), 0).id;
    for bank in 1..5 {
        world.done(ballot(bank, id, true), bank);
    }
    pass(&mut world, &[0, 1, 2, 3, 4, 5], remove(7), 13);
    world.advance_to(12);
    assert_eq!((quorum(&world), world.state.proposals()[0].passed_at), (5, None));
    world.advance_to(13);
    assert!(world.state.proposals()[0].passed_at.is_some());
}

/// Fault 35: joining and leaving at one height in every order leads every node to the same state, and
/// to a set that rules.
#[test]
fn membership_operations_in_all_orders() {
    let changes = [add(6), remove(5), remove(4), add(7)];
    for order in permutations(changes.len()) {
        let mut world = World::new(6);
        for place in &order {
            pass(&mut world, &[0, 1, 2, 3], changes[*place].clone(), 40);
        }
        world.advance_to(39);
        assert_eq!(numbers(&world), [0, 1, 2, 3, 6, 7], "{order:?}");
        let restored = crate::State::restore(world.state.snapshot()).unwrap();
        assert_eq!(restored.root(), world.state.root());
        let account = handle(world.fresh());
        world.done(testing::open_account(BankId(7), account), 7);
    }
}

#[test]
fn a_new_bank_votes_with_the_set_it_joined_and_not_before() {
    let mut world = World::new(6);
    pass(&mut world, &[0, 1, 2, 3], add(6), 10);
    let id = world.done(propose(0, least_transfer(500), 100), 0).id;
    let early = world.bank_tx(ballot(6, id, true), 6);
    let execution = world.state.execute(&world.header(), &[early], &[Decision::Pass]);
    assert_eq!(execution.outcomes(), [Outcome::Failed(Reason::UnknownBank)]);
    world.advance_to(9);
    world.done(ballot(6, id, true), 6);
}

fn permutations(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    let smaller = permutations(n - 1);
    let with_last_at = |at: usize, order: &Vec<usize>| [&order[..at], &[n - 1], &order[at..]].concat();
    (0..n).flat_map(|at| smaller.iter().map(move |order| with_last_at(at, order))).collect()
}
