//! Which orders a bank answers, and with what.

use super::*;
use crate::vault::{BankAccount, Draft, MemoryStore, VaultKey, VaultKeys, VaultStore};
use idx_types::testing::{court_order, hpke_secret, person};
use idx_types::{Idx, JudgeId, SessionId, TimestampMs};

const HDFC: BankId = BankId(3);
const ASHA: Idx = Idx([7; 32]);
const NOBODY: Idx = Idx([8; 32]);

/// A vault in which Asha has so many accounts, named 0, 1, 2 ...
fn vault(accounts: u8) -> (MemoryStore, VaultKeys) {
    let (keys, batch) = VaultKeys::create(VaultKey::new(1, &[9; 32]), &mut Entropy::new([1; 32]));
    let store = MemoryStore::default();
    store.commit(&batch).unwrap();
    let mut draft = Draft::new(&keys, &store, Entropy::new([2; 32]));
    for n in 0..accounts {
        let number = format!("50100000{n:04}").parse().unwrap();
        let handle = AccountHandle([n; 32]);
        draft.put(&BankAccount { handle, number, owner: ASHA, opened: TimestampMs(5) });
    }
    let batch = draft.into_batch();
    store.commit(&batch).unwrap();
    (store, keys)
}

fn ask(idx: Idx, banks: &[u16]) -> CourtOrder {
    court_order(JudgeId(1), person(idx, banks), TimestampMs(9))
}

fn live(asked: &CourtOrder, answered: bool) -> LiveOrder<'_> {
    LiveOrder { id: OrderId([4; 32]), asked, answered }
}

fn owed_by_hdfc(order: LiveOrder<'_>, accounts: u8, ledger: &impl KnownAccounts) -> Vec<Owed> {
    let (store, keys) = vault(accounts);
    let secret = hpke_secret(4);
    let by = Answering { bank: HDFC, secret: &secret };
    owed([order], by, &Shelf::new(&keys, &store), ledger, &mut Entropy::new([3; 32])).unwrap()
}

fn named(owed: &[Owed]) -> (BTreeSet<AccountHandle>, usize) {
    let [Owed::Answer { answer, left_off }] = owed else { panic!("{owed:?}") };
    let judge = hpke_secret(221);
    let read = answer.open(&judge).expect("the judge reads the answer");
    assert_eq!(&read, answer.accounts.shown().unwrap());
    assert_eq!((answer.bank, answer.order), (HDFC, OrderId([4; 32])));
    (read, *left_off)
}

const fn all(_: &AccountHandle) -> bool {
    true
}

#[test]
fn a_person_s_accounts_are_named_and_nobody_s_are_none() {
    let sought = ask(ASHA, &[2, 3]);
    let two: BTreeSet<_> = [AccountHandle([0; 32]), AccountHandle([1; 32])].into();
    assert_eq!(named(&owed_by_hdfc(live(&sought, false), 2, &all)), (two, 0));
    let stranger = ask(NOBODY, &[3]);
    assert_eq!(named(&owed_by_hdfc(live(&stranger, false), 2, &all)), (BTreeSet::new(), 0));
}

#[test]
fn only_what_the_ledger_knows_and_no_more_than_it_takes() {
    let sought = ask(ASHA, &[3]);
    let known = |handle: &AccountHandle| handle.0[0] > 0;
    let (some, left_off) = named(&owed_by_hdfc(live(&sought, false), 3, &known));
    assert_eq!((some.len(), left_off), (2, 0));
    let (most, left_off) = named(&owed_by_hdfc(live(&sought, false), 20, &all));
    assert_eq!((most.len(), left_off), (ANSWER_ACCOUNTS_MAX, 4));
}

#[test]
fn what_is_answered_or_not_for_this_bank_is_not_owed() {
    let sought = ask(ASHA, &[3]);
    assert_eq!(owed_by_hdfc(live(&sought, true), 2, &all), []);
    let elsewhere = ask(ASHA, &[2, 4]);
    assert_eq!(owed_by_hdfc(live(&elsewhere, false), 2, &all), []);
    let target = OrderTarget::Session { session: SessionId([1; 32]), bank: HDFC };
    let of_session = court_order(JudgeId(1), target, TimestampMs(9));
    assert_eq!(owed_by_hdfc(live(&of_session, false), 2, &all), []);
}

/// A bank that cannot read whom a judge seeks says so to its operator, and names nobody.
#[test]
fn an_order_sealed_to_another_key_is_told_and_not_answered() {
    let sought = ask(ASHA, &[3]);
    let (store, keys) = vault(2);
    let wrong = hpke_secret(99);
    let by = Answering { bank: HDFC, secret: &wrong };
    let owed = owed([live(&sought, false)], by, &Shelf::new(&keys, &store), &all, &mut Entropy::new([3; 32]));
    let order = OrderId([4; 32]);
    assert_eq!(owed.unwrap(), [Owed::Unreadable { order, why: PersonError::Damaged }]);
}
