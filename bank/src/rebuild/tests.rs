//! A vault is deleted and comes back from the chain; other banks' envelopes and damaged ones do not stop it.

use super::*;
use crate::Entropy;
use crate::vault::{Batch, MemoryStore, Shelf, VaultKey, VaultKeys, VaultStore};
use idx_crypto::{HpkePublic, Recipients};
use idx_types::tx::TX_VERSION;
use idx_types::{AccountHandle, BankId, Idx, SessionId, TxBody};

const HDFC: BankId = BankId(1);
const NOON: TimestampMs = TimestampMs(20_000 * 86_400_000 + 43_200_000);

fn secret(n: u8) -> HpkeSecret {
    HpkeSecret::from_bytes(&[n; 32])
}

fn public(n: u8) -> HpkePublic {
    secret(n).public()
}

fn recipients(home: u8) -> Recipients {
    Recipients { home: public(home), company: public(100), regulators: vec![public(101)] }
}

fn customer(n: u8) -> Customer {
    Customer {
        idx: Idx([n; 32]),
        name: format!("Person {n}").parse().unwrap(),
        pan: format!("ABCDE{n:04}F").parse().unwrap(),
        rbi: format!("RBI{n:03}").parse().unwrap(),
        credential: Credential::Unset,
        registered: NOON,
    }
}

fn account(owner: u8, place: u8) -> BankAccount {
    let handle = AccountHandle([owner * 10 + place; 32]);
    let number = format!("5010000{owner:02}{place:02}").parse().unwrap();
    BankAccount { handle, number, owner: Idx([owner; 32]), opened: NOON }
}

fn opening(bank: (BankId, u8, &str), person: u8, place: u8, session: Option<u8>) -> PrivateRecord {
    let (bank, home_key, code) = bank;
    let account = account(person, place);
    let session = session.map(|n| SessionId([n; 32]));
    let chain_id = idx_types::testing::chain_id();
    let context = IdentityContext { chain_id, bank, handle: account.handle, session };
    let record = IdentityRecord::new(&customer(person), &account, &code.parse().unwrap(), session);
    let envelope = record.seal(&context, &recipients(home_key), &[person; 32]).unwrap();
    let session = session.map(|id| (PublicKey(id.0), NetworkDay::of(NOON)));
    let (height, expires_on) = (Height(u64::from(person)), None);
    PrivateRecord { height, created_at: NOON, context, envelope, session, expires_on }
}

/// Three customers with four accounts and a session at HDFC, one of them with an account at SBI as well.
fn chain() -> Vec<PrivateRecord> {
    let (hdfc, sbi) = ((HDFC, 1, "HDFC"), (BankId(3), 3, "SBI"));
    vec![
        opening(hdfc, 1, 0, None),
        opening(sbi, 1, 1, None),
        opening(hdfc, 2, 0, None),
        opening(hdfc, 2, 1, None),
        opening(hdfc, 3, 0, None),
        opening(hdfc, 3, 0, Some(77)),
    ]
}

/// One that was opened just before midnight for the next day comes back as that day's.
#[test]
fn a_session_belongs_to_the_day_on_which_it_ends() {
    let (bank, handle) = (HDFC, AccountHandle([1; 32]));
    let kind = |ends| {
        let key = PublicKey([1; 32]);
        idx_types::testing::open_session(bank, SessionId([1; 32]), handle, key, ends)
    };
    let midnight = NetworkDay(20_001).start();
    for (ends, day) in [(midnight, 20_000), (midnight.plus(1), 20_001), (midnight.plus(86_390_000), 20_001)] {
        let created_at = TimestampMs(midnight.0 - 10_000);
        let body = TxBody {
            version: TX_VERSION,
            chain_id: idx_types::testing::chain_id(),
            created_at,
            valid_until: created_at.plus(1_000),
            nonce: 1,
            kind: kind(ends),
        };
        let tx = body.sign(&[&idx_types::testing::key(1)]);
        let record = PrivateRecord::of(Height(1), &tx).expect("an opening");
        assert_eq!(record.session.map(|(_, day)| day), Some(NetworkDay(day)), "{ends:?}");
    }
}

fn new_vault(seed: u8) -> (MemoryStore, VaultKeys) {
    let (keys, batch) = VaultKeys::create(VaultKey::new(1, &[9; 32]), &mut Entropy::new([seed; 32]));
    let store = MemoryStore::default();
    store.commit(&batch).unwrap();
    (store, keys)
}

fn run(store: &MemoryStore, keys: &VaultKeys, key: u8, records: &[PrivateRecord]) -> (Rebuilt, Batch) {
    let code = "HDFC".parse().unwrap();
    let secret = secret(key);
    let mut draft = Draft::new(keys, store, Entropy::new([4; 32]));
    let rebuilt = rebuild(&mut draft, &Home { code: &code, bank: HDFC, secret: &secret }, records).unwrap();
    (rebuilt, draft.into_batch())
}

/// What a vault knows of people and accounts, by person.
fn contents(store: &MemoryStore, keys: &VaultKeys) -> Vec<(Customer, Vec<BankAccount>)> {
    let shelf = Shelf::new(keys, store);
    let mut everybody = shelf.every_customer().unwrap();
    everybody.sort_unstable();
    let of = |idx: &Idx| {
        let mut accounts = shelf.accounts_of(idx).unwrap();
        accounts.sort_by_key(|account| account.handle);
        (shelf.customer(idx).unwrap().unwrap(), accounts)
    };
    everybody.iter().map(of).collect()
}

#[test]
fn a_deleted_vault_comes_back() {
    let (lost, lost_keys) = new_vault(1);
    let mut draft = Draft::new(&lost_keys, &lost, Entropy::new([5; 32]));
    for (person, accounts) in [(1, 1), (2, 2), (3, 1)] {
        draft.put(&customer(person));
        (0..accounts).for_each(|place| draft.put(&account(person, place)));
    }
    lost.commit(&draft.into_batch()).unwrap();
    let before = contents(&lost, &lost_keys);
    drop(lost);

    let (store, keys) = new_vault(2);
    let (rebuilt, batch) = run(&store, &keys, 1, &chain());
    assert_eq!(rebuilt, Rebuilt { customers: 3, accounts: 4, sessions: 1, unreadable: vec![] });
    store.commit(&batch).unwrap();
    assert_eq!(contents(&store, &keys), before);
    let session = Shelf::new(&keys, &store).session_of_id(&SessionId([77; 32])).unwrap().unwrap();
    assert_eq!((session.handle, session.owner, session.secret), (account(3, 0).handle, Idx([3; 32]), None));

    let (again, batch) = run(&store, &keys, 1, &chain());
    assert_eq!((again, batch), (Rebuilt::default(), Batch::default()), "nothing is done twice");
}

#[test]
fn what_is_there_stays() {
    let (store, keys) = new_vault(1);
    let mut draft = Draft::new(&keys, &store, Entropy::new([5; 32]));
    let known = Customer { credential: Credential::OwnKey(PublicKey([1; 32])), ..customer(1) };
    draft.put(&known);
    store.commit(&draft.into_batch()).unwrap();
    let (rebuilt, batch) = run(&store, &keys, 1, &chain());
    store.commit(&batch).unwrap();
    assert_eq!((rebuilt.customers, rebuilt.accounts), (2, 4));
    assert_eq!(Shelf::new(&keys, &store).customer(&known.idx), Ok(Some(known)));
}

#[test]
fn another_key_reads_nothing() {
    let (store, keys) = new_vault(1);
    assert_eq!(run(&store, &keys, 3, &chain()), (Rebuilt::default(), Batch::default()));
}

#[test]
fn a_damaged_or_moved_envelope_is_named_and_passed_by() {
    let (store, keys) = new_vault(1);
    let mut records = chain();
    records[2].context.handle = AccountHandle([99; 32]);
    let mut bytes = borsh::to_vec(&records[0].envelope).unwrap();
    bytes[40] ^= 1;
    records[0].envelope = borsh::from_slice(&bytes).unwrap();
    let (rebuilt, _) = run(&store, &keys, 1, &records);
    assert_eq!((rebuilt.customers, rebuilt.accounts), (2, 2));
    let heights: Vec<Height> = rebuilt.unreadable.iter().map(|(height, _)| *height).collect();
    assert_eq!(heights, [Height(1), Height(2)]);
    let shown = format!("{:?} {}", rebuilt.unreadable, rebuilt.unreadable[0].1);
    assert!(!shown.contains("Person") && !shown.contains("ABCDE"), "{shown}");
}

#[test]
fn an_envelope_that_names_another_bank_is_refused() {
    let (store, keys) = new_vault(1);
    let (rebuilt, _) = run(&store, &keys, 1, &[opening((HDFC, 1, "SBI"), 1, 0, None)]);
    assert_eq!(rebuilt.unreadable, [(Height(1), Unreadable::Record)]);
    assert_eq!(rebuilt.customers, 0);
}

/// A travel account is an account like others; the session that paid for it is not opened by it.
#[test]
fn the_opening_of_a_travel_account_is_read() {
    let (handle, session) = (AccountHandle([7; 32]), SessionId([8; 32]));
    let kind = idx_types::testing::open_travel((session, HDFC), "CITI_USA", idx_types::Paise(1), handle);
    let body = TxBody {
        version: TX_VERSION,
        chain_id: idx_types::testing::chain_id(),
        created_at: NOON,
        valid_until: NOON.plus(1),
        nonce: 1,
        kind,
    };
    let tx = body.sign(&[&idx_types::testing::key(1)]);
    let record = PrivateRecord::of(Height(4), &tx).unwrap();
    assert_eq!((record.context.handle, record.context.session), (handle, None));
    assert_eq!(record.session, None);
    assert!(record.expires_on.is_some(), "its bank must know when to call it home");
    assert_eq!(PrivateRecord::of(Height(4), &tx.redacted()), None, "observers read nothing");
}
