//! What is refused is refused clearly, changes nothing and says nothing about anybody.

use super::*;
use crate::vault::{Batch, Change, Table, VaultStore};
use idx_crypto::PublicKey;
use idx_types::{FreezeState, Height};
use std::collections::BTreeSet;

fn send(account: AccountHandle, amount: u64) -> Ask {
    let (sender, to) = (*person(ASHA).idx(), Recipient::Idx(*person(BILAL).idx()));
    Ask::Send { sender, account, to, amount: Paise(amount), life_ms: None, memo: None }
}

fn to_contact(account: AccountHandle, nickname: &str) -> Ask {
    let to = Recipient::Contact(nickname.parse().unwrap());
    Ask::Send { sender: *person(ASHA).idx(), account, to, amount: Paise(1_000), life_ms: None, memo: None }
}

/// Asha's world: a neighbour at her bank, a contact, a closed and a frozen account, one that is not on
/// the ledger yet.
fn troubled() -> (World, [AccountHandle; 4]) {
    let mut world = World::new();
    let owner = *person(ASHA).idx();
    let good = world.account_of(0, ASHA).handle;
    let [closed, frozen] = [1, 2].map(|place| world.account(0, ASHA, place).handle);
    world.customer(0, CHARU, Credential::Unset).unwrap();
    world.account(0, CHARU, 0);
    let (closed_at, frozen_at) = (world.place_of(&closed), world.place_of(&frozen));
    world.ledger.accounts[closed_at].closed_at = Some(Height(2));
    world.ledger.accounts[frozen_at].freeze = FreezeState::ByBank(1);
    let number = "987654321".parse().unwrap();
    let opened = world.ask(0, Ask::OpenAccount { owner, number }).unwrap();
    let Answer::AccountOpening { handle: unopened, .. } = opened else { panic!("{opened:?}") };
    let (nickname, idx) = ("Landlord".parse().unwrap(), *person(BILAL).idx());
    world.ask(0, Ask::AddContact { owner, nickname, idx }).unwrap();
    (world, [good, closed, frozen, unopened])
}

/// About people, accounts and contacts.
fn bad_papers(world: &World) -> Vec<(Ask, Refusal)> {
    let (asha, nobody) = (*person(ASHA).idx(), *person(9).idx());
    let taken = world.account_of(0, ASHA).number;
    let free = "111111111".parse().unwrap();
    let register = |who, credential| {
        let name = "Person 9".parse().unwrap();
        Ask::Register { identity: person(who), name, credential, is_listed: false }
    };
    let add =
        |owner, nickname: &str| Ask::AddContact { owner, nickname: nickname.parse().unwrap(), idx: nobody };
    let remove = Ask::RemoveContact { owner: asha, nickname: "Sister".parse().unwrap() };
    vec![
        (register(ASHA, Credential::Unset), Refusal::CustomerExists),
        (register(9, Credential::OwnKey(PublicKey([0; 32]))), Refusal::BadKey),
        (Ask::OpenAccount { owner: nobody, number: free }, Refusal::UnknownCustomer),
        (Ask::OpenAccount { owner: asha, number: taken }, Refusal::AccountExists),
        (add(asha, "LANDLORD"), Refusal::ContactExists),
        (add(nobody, "X"), Refusal::UnknownCustomer),
        (remove, Refusal::UnknownContact),
    ]
}

/// About money.
fn bad_payments(world: &World, accounts: [AccountHandle; 4]) -> Vec<(Ask, Refusal)> {
    let (asha, id) = (*person(ASHA).idx(), TxId([1; 32]));
    let [good, closed, frozen, unopened] = accounts;
    let neighbours = world.account_of(0, CHARU).handle;
    let bilals = world.account_of(1, BILAL).handle;
    vec![
        (to_contact(good, "Sister"), Refusal::UnknownContact),
        (send(neighbours, 1_000), Refusal::UnknownAccount),
        (send(bilals, 1_000), Refusal::UnknownAccount),
        (send(AccountHandle([1; 32]), 1_000), Refusal::UnknownAccount),
        (send(unopened, 1_000), Refusal::AccountNotOpen),
        (send(closed, 1_000), Refusal::AccountClosed),
        (send(frozen, 1_000), Refusal::AccountFrozen),
        (send(good, 99), Refusal::AmountTooSmall),
        (send(good, u64::MAX), Refusal::AmountTooLarge),
        (send(good, 10_000_000), Refusal::InsufficientFunds),
        (Ask::Accept { receiver: asha, id, account: good, signature: None }, Refusal::UnknownTransfer),
        (Ask::Reject { receiver: asha, id }, Refusal::UnknownTransfer),
        (Ask::Cancel { sender: asha, id, signature: None }, Refusal::UnknownTransfer),
        (Ask::OpenSession { owner: asha, account: neighbours, key: None }, Refusal::UnknownAccount),
        (Ask::OpenSession { owner: asha, account: bilals, key: None }, Refusal::UnknownAccount),
    ]
}

#[test]
fn bad_asks_are_refused_and_leave_no_trace() {
    let (mut world, accounts) = troubled();
    let mut table = bad_papers(&world);
    table.extend(bad_payments(&world, accounts));
    let before = world.banks[0].store.dump();
    for (row, (ask, refusal)) in table.into_iter().enumerate() {
        let shown = format!("row {row}, {ask:?}");
        assert_eq!(world.step(0, Input::Ask(1, ask)), ["answer"], "{shown}");
        assert_eq!(world.banks[0].answers.pop(), Some(Err(refusal)), "{shown}");
    }
    assert_eq!(world.banks[0].store.dump(), before, "nothing was written");
}

#[test]
fn one_pan_is_one_person() {
    let mut world = World::new();
    let pepper = crate::pseudonym::Pepper::new([1; 32]);
    let (pan, rbi) = ("ABCDE0000F".parse().unwrap(), "OTHER1".parse().unwrap());
    let cost = idx_crypto::KdfCost::testnet();
    let identity = crate::pseudonym::Identity::derive(pan, rbi, &pepper, cost).unwrap();
    let name = "Somebody".parse().unwrap();
    let again =
        world.ask(0, Ask::Register { identity, name, credential: Credential::Unset, is_listed: false });
    assert_eq!(again, Err(Refusal::PanInUse));
}

#[test]
fn nobody_receives_from_the_account_that_pays() {
    let mut world = World::new();
    let (sender, account) = (*person(ASHA).idx(), world.account_of(0, ASHA).handle);
    let to = Recipient::Idx(sender);
    let Ok(Answer::Sent(id)) =
        world.ask(0, Ask::Send { sender, account, to, amount: Paise(1_000), life_ms: None, memo: None })
    else {
        panic!("to another account of his own")
    };
    world.block();
    let accept = |account| Ask::Accept { receiver: sender, id, account, signature: None };
    assert_eq!(world.ask(0, accept(account)), Err(Refusal::SameAccount));
    let other = world.account(0, ASHA, 1).handle;
    assert_eq!(world.ask(0, accept(other)), Ok(Answer::Done(id)));
}

#[test]
fn what_is_anothers_is_as_if_it_were_not_there() {
    let mut world = World::new();
    let id = world.intent(10);
    let (charu, account) = (*person(CHARU).idx(), world.account_of(1, BILAL).handle);
    for (bank, ask) in [
        (1, Ask::Accept { receiver: charu, id, account, signature: None }),
        (1, Ask::Reject { receiver: charu, id }),
        (0, Ask::Cancel { sender: charu, id, signature: None }),
    ] {
        assert_eq!(world.ask(bank, ask), Err(Refusal::UnknownTransfer));
    }
}

#[test]
fn a_damaged_vault_changes_nothing_and_is_told_to_the_operator() {
    let mut world = World::new();
    let good = world.account_of(0, ASHA).handle;
    let (key, mut row) = world.banks[0].store.scan(Table::Customers, b"", None, 1).unwrap().remove(0);
    *row.last_mut().unwrap() ^= 1;
    let damage = Batch { changes: vec![Change::Put(Table::Customers, key, row)] };
    world.banks[0].store.commit(&damage).unwrap();
    assert_eq!(world.step(0, Input::Ask(1, send(good, 1_000))), ["fault", "answer"]);
    assert_eq!(world.banks[0].answers.pop(), Some(Err(Refusal::VaultUnavailable)));
    let fault = world.banks[0].faults.pop().unwrap();
    assert_eq!(fault, VaultError::Damaged { table: Table::Customers, field: "registered" });
    assert!(!fault.to_string().contains("Person"));
}

#[test]
fn codes_are_stable_words_and_tell_refusals_apart() {
    let codes: BTreeSet<&str> = Refusal::ALL.iter().map(|refusal| refusal.code()).collect();
    assert_eq!(codes.len(), Refusal::ALL.len());
    for refusal in Refusal::ALL {
        assert!(refusal.code().bytes().all(|b| b.is_ascii_uppercase() || b == b'_'));
        assert!(refusal.to_string().ends_with('.'));
    }
}

#[test]
fn asks_and_effects_show_nobody() {
    let mut world = World::new();
    let id = world.intent(10);
    let (asha, bilal) = (*person(ASHA).idx(), *person(BILAL).idx());
    let account = world.account_of(0, ASHA).handle;
    let bench = &mut world.banks[0];
    let keys = (&bench.keys, &bench.store);
    let verifier = &idx_crypto::Ed25519;
    let scene = Scene { ledger: &world.ledger, keys: keys.0, store: keys.1, verifier, now: world.now };
    let mut shown = String::new();
    let register = Ask::Register {
        identity: person(8),
        name: "Person 8".parse().unwrap(),
        credential: Credential::Unset,
        is_listed: false,
    };
    for ask in [register, send(account, 1_000), Ask::Cancel { sender: asha, id, signature: None }] {
        shown += &format!("{ask:?}");
        let mut out = Vec::new();
        bench.desk.step(&scene, [1; 32], Input::Ask(1, ask), &mut out);
        shown += &format!("{out:?}");
    }
    assert!(shown.contains("Ask(register)") && shown.contains("Persist("), "{shown}");
    for idx in [asha, bilal, *person(8).idx()] {
        assert!(!shown.contains(&format!("{:?}", idx_crypto::Hash32(idx.0))), "{shown}");
    }
    assert!(!shown.contains("Person") && !shown.contains(&format!("{:?}", idx_crypto::Hash32(account.0))));
}
