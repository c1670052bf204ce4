//! How fast a bank's own side is on one core. Run it with
//! `cargo run --release -p idx-bank --example speed`.

use idx_bank::pseudonym::{HandleKey, MonthKey, TagDay, TagKey, account_handle, session_id};
use idx_bank::vault::{BankAccount, Credential, Customer, Draft, MemoryStore, Shelf, VaultKey, VaultKeys};
use idx_bank::vault::{OpenedSession, VaultStore};
use idx_bank::{Entropy, IdentityContext, IdentityRecord};
use idx_crypto::{HpkeSecret, Recipients, SecretKey, Signer};
use idx_types::{AccountHandle, BankCode, BankId, Idx, NetworkDay, TimestampMs};
use std::hint::black_box;
use std::time::Instant;

const DAY: NetworkDay = NetworkDay(20_000);
const CUSTOMERS: u32 = 1_000_000;
const STORED: u32 = 100_000;
const SESSIONS: u32 = 2_000;

fn idx(n: u32) -> Idx {
    let mut bytes = [7; 32];
    bytes[..4].copy_from_slice(&n.to_le_bytes());
    Idx(bytes)
}

fn customer(n: u32) -> Customer {
    Customer {
        idx: idx(n),
        name: format!("Person {n}").parse().expect("made up by the rules"),
        pan: format!("ABCDE{:04}F", n % 10_000).parse().expect("made up by the rules"),
        rbi: format!("R{:05}", n % 100_000).parse().expect("made up by the rules"),
        credential: Credential::Unset,
        registered: TimestampMs(1),
    }
}

fn account(owner: Idx) -> BankAccount {
    let number = "501000000001".parse().expect("made up by the rules");
    let handle = account_handle(&HandleKey::of_vault_key(&[1; 32]), &number);
    BankAccount { handle, number, owner, opened: TimestampMs(1) }
}

/// All that opening a session takes but the signature of the bank: pseudonym, key, envelope, record.
fn open_session(draft: &mut Draft<'_>, place: u32, recipients: &Recipients, code: &BankCode) {
    let (customer, account) = (customer(place), account(idx(place)));
    let handle = AccountHandle(idx(place).0);
    let id = session_id(&MonthKey::new([4; 32]), &customer.idx, code, DAY, &handle);
    let seed = draft.entropy().draw();
    let key = SecretKey::from_seed(&seed).public_key();
    let context = IdentityContext {
        chain_id: idx_types::testing::chain_id(),
        bank: BankId(1),
        handle: account.handle,
        session: Some(id),
    };
    let record = IdentityRecord::new(&customer, &account, code, Some(id));
    let seal_seed = draft.entropy().draw();
    black_box(record.seal(&context, recipients, &seal_seed).expect("sound recipients"));
    draft.put(&OpenedSession { day: DAY, handle, owner: customer.idx, id, key, secret: Some(seed.into()) });
}

fn main() {
    let customers: Vec<Idx> = (0..CUSTOMERS).map(idx).collect();
    let start = Instant::now();
    black_box(TagDay::of(&TagKey::of_chain_key(&[3; 32]).into(), DAY, customers.iter()));
    println!("daily tags of {CUSTOMERS} customers: {:?}", start.elapsed());

    let (keys, batch) = VaultKeys::create(VaultKey::new(1, &[1; 32]), &mut Entropy::new([2; 32]));
    let store = MemoryStore::default();
    store.commit(&batch).expect("memory does not fail");
    let mut draft = Draft::new(&keys, &store, Entropy::new([3; 32]));
    let start = Instant::now();
    (0..STORED).for_each(|n| draft.put(&customer(n)));
    println!("sealing a customer's record: {:?}", start.elapsed() / STORED);
    store.commit(&draft.into_batch()).expect("memory does not fail");
    let start = Instant::now();
    let everybody = Shelf::new(&keys, &store).every_customer().expect("undamaged");
    println!("opening a customer's record: {:?}", start.elapsed() / everybody.len() as u32);

    let public = |n: u8| HpkeSecret::from_bytes(&[n; 32]).public();
    let recipients = Recipients { home: public(1), company: public(2), regulators: vec![public(3)] };
    let code: BankCode = "HDFC".parse().expect("a bank code");
    let mut draft = Draft::new(&keys, &store, Entropy::new([4; 32]));
    let start = Instant::now();
    (0..SESSIONS).for_each(|n| open_session(&mut draft, n, &recipients, &code));
    println!("opening a session with its envelope: {:?}", start.elapsed() / SESSIONS);
}
