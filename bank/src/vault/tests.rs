//! Stories of a vault: what a thief finds, what damage looks like, how keys end and turn.

mod history;
mod months;
mod news;
mod person;
mod rotation;
mod secrecy;

use super::*;
use crate::Entropy;
use idx_crypto::{Hash32, KdfCost, PublicKey};
use idx_types::tx::{Cash, TX_VERSION};
use idx_types::{
    AccountHandle, BankId, Concealed, Consent, ConsentId, Height, Idx, NetworkDay, Paise, SessionId,
    TimestampMs, Transaction, TxBody, TxId, TxKind,
};

/// A vault in memory.
struct World {
    store: MemoryStore,
    keys: VaultKeys,
    steps: u8,
}

impl World {
    fn new() -> Self {
        let (keys, batch) = VaultKeys::create(VaultKey::new(1, &[0x11; 32]), &mut Entropy::new([0x22; 32]));
        let store = MemoryStore::default();
        store.commit(&batch).unwrap();
        Self { store, keys, steps: 0 }
    }

    fn shelf(&self) -> Shelf<'_> {
        Shelf::new(&self.keys, &self.store)
    }

    /// One step: what it writes is committed at its end.
    fn write<T>(&mut self, work: impl FnOnce(&mut Draft<'_>) -> T) -> T {
        self.steps += 1;
        let mut draft = Draft::new(&self.keys, &self.store, Entropy::new([self.steps; 32]));
        let answer = work(&mut draft);
        let batch = draft.into_batch();
        self.store.commit(&batch).unwrap();
        answer
    }
}

const DAY: NetworkDay = NetworkDay(20_000);
const PEOPLE: [(&str, &str, &str, &str, &str); 2] = [
    ("Asha Rao", "ABCDE1234F", "R0N1X2", "501000000011", "landlord of Pune"),
    ("Bilal Khan", "PQRSX0001Y", "A1B2C3", "501000000022", "sister in Goa"),
];

fn idx(person: usize) -> Idx {
    Idx([0xa0 + person as u8; 32])
}

fn handle(person: usize) -> AccountHandle {
    AccountHandle([0xb0 + person as u8; 32])
}

fn tx_id(person: usize) -> TxId {
    TxId([0xc0 + person as u8; 32])
}

fn customer(person: usize) -> Customer {
    let (name, pan, rbi, ..) = PEOPLE[person];
    let password = PasswordHash::new("correct horse", [9; 32], KdfCost::testnet()).unwrap();
    Customer {
        idx: idx(person),
        name: name.parse().unwrap(),
        pan: pan.parse().unwrap(),
        rbi: rbi.parse().unwrap(),
        credential: Credential::Password(password),
        registered: TimestampMs(5),
    }
}

fn account(person: usize) -> BankAccount {
    let number = PEOPLE[person].3.parse().unwrap();
    BankAccount { handle: handle(person), number, owner: idx(person), opened: TimestampMs(6) }
}

fn session(person: usize, day: NetworkDay) -> OpenedSession {
    let mut id = [0xd0 + person as u8; 32];
    id[..4].copy_from_slice(&day.0.to_le_bytes());
    OpenedSession {
        day,
        handle: handle(person),
        owner: idx(person),
        id: SessionId(id),
        key: PublicKey([7; 32]),
        secret: Some([0xe0 + person as u8; 32].into()),
    }
}

fn contact(person: usize) -> Contact {
    Contact { owner: idx(person), nickname: PEOPLE[person].4.parse().unwrap(), idx: idx(1 - person) }
}

/// Some transaction: the vault does not look into it.
fn transaction(person: usize) -> Transaction {
    let kind = TxKind::Deposit(Cash {
        bank: BankId(1),
        handle: Concealed::new(handle(person), [1; 32]),
        amount: Paise(5),
    });
    let chain_id = idx_types::testing::chain_id();
    let (created_at, valid_until) = (TimestampMs(1), TimestampMs(2));
    let body = TxBody { version: TX_VERSION, chain_id, created_at, valid_until, nonce: 1, kind };
    Transaction { body, signatures: Vec::new() }
}

fn outgoing(person: usize) -> Outgoing {
    Outgoing {
        id: tx_id(person),
        sender: idx(person),
        handle: handle(person),
        receiver: idx(1 - person),
        intent: transaction(person),
        gossiped: true,
        history: vec![(Status::AwaitingReceiver, TimestampMs(10)), (Status::Completed, TimestampMs(20))],
    }
}

fn incoming(person: usize) -> Incoming {
    Incoming {
        id: tx_id(1 - person),
        receiver: idx(person),
        intent: transaction(person),
        handle: None,
        submitted: false,
        history: vec![(Status::AwaitingReceiver, TimestampMs(10))],
    }
}

/// What a customer was told of what he sent.
fn news(person: usize) -> News {
    let turn = Turn {
        at: TimestampMs(20),
        id: tx_id(person),
        matter: Matter::Sent,
        before: Some(Status::AwaitingReceiver),
        status: Some(Status::Completed),
        reason: None,
        height: Some(Height(3)),
        amount: Paise(500_000),
        session: session(person, DAY).id,
    };
    News { customer: idx(person), sequence: 1, turn }
}

/// What a customer wrote down with what he sent.
fn memo(person: usize) -> SentMemo {
    let words = ["Rent of Koregaon Park", "Surgery at Sahyadri"][person];
    SentMemo { id: tx_id(person), sender: idx(person), memo: words.parse().unwrap() }
}

/// A bank that may be told of a customer.
fn consented(person: usize) -> Consented {
    let consent = Consent {
        chain_id: idx_types::testing::chain_id(),
        id: ConsentId([1; 32]),
        person: Hash32([2; 32]),
        holder: BankId(1),
        asker: BankId(2),
        from: TimestampMs(10),
        until: TimestampMs(20),
    };
    let (owner, asker) = (idx(person), "SBI".parse().unwrap());
    Consented { owner, consent, asker, own_signature: None, last_used: None, times_used: 0 }
}

/// Two customers with one of everything.
fn filled() -> World {
    let mut world = World::new();
    world.write(|draft| {
        for person in 0..PEOPLE.len() {
            draft.put(&customer(person));
            draft.put(&account(person));
            draft.put(&session(person, DAY));
            draft.put(&contact(person));
            draft.put(&Hold { handle: handle(person), id: tx_id(person), amount: Paise(507_500) });
            draft.put(&outgoing(person));
            draft.put(&memo(person));
            draft.put(&consented(person));
            draft.put(&incoming(person));
            let (valid_until, id) = (TimestampMs(99), tx_id(person));
            draft.put(&Deadline { valid_until, id, side: Side::Sender });
            assert_eq!(draft.add_news(idx(person), news(person).turn), Ok(1));
            let mark = Mark { key: Hash32([7; 32]), request: Hash32([8; 32]) };
            draft.put(&Instruction { owner: idx(person), mark, id, at: TimestampMs(5) });
        }
        month_key(draft, DAY).unwrap();
    });
    world
}

#[test]
fn everything_is_found_by_every_name() {
    let world = filled();
    let shelf = world.shelf();
    for person in [0, 1] {
        assert_eq!(shelf.customer(&idx(person)), Ok(Some(customer(person))));
        assert_eq!(shelf.customer_of_pan(&customer(person).pan), Ok(Some(customer(person))));
        assert_eq!(shelf.accounts_of(&idx(person)), Ok(vec![account(person)]));
        assert_eq!(shelf.account(&handle(person)), Ok(Some(account(person))));
        assert_eq!(shelf.account_of_number(&account(person).number), Ok(Some(account(person))));
        assert_eq!(shelf.session(DAY, &handle(person)), Ok(Some(session(person, DAY))));
        assert_eq!(shelf.session_of_id(&session(person, DAY).id), Ok(Some(session(person, DAY))));
        assert_eq!(shelf.contacts_of(&idx(person)), Ok(vec![contact(person)]));
        assert_eq!(shelf.consents_of(&idx(person)), Ok(vec![consented(person)]));
        assert_eq!(shelf.consent_to(&idx(person), BankId(2)), Ok(Some(consented(person))));
        assert_eq!(shelf.consent_to(&idx(person), BankId(1)), Ok(None));
        let shouted = contact(person).nickname.expose().to_uppercase().parse().unwrap();
        assert_eq!(shelf.contact(&idx(person), &shouted), Ok(Some(contact(person))));
        assert_eq!(shelf.contact(&idx(1 - person), &shouted), Ok(None), "nicknames are each owner's own");
        assert_eq!(shelf.held(&handle(person)), Ok(Paise(507_500)));
        assert_eq!(shelf.outgoing(&tx_id(person)), Ok(Some(outgoing(person))));
        assert_eq!(shelf.sent_by(&idx(person)), Ok(vec![outgoing(person)]));
        assert_eq!(shelf.memo(&idx(person), &tx_id(person)), Ok(Some(memo(person))));
        assert_eq!(shelf.memo(&idx(1 - person), &tx_id(person)), Ok(None), "a memo is its sender's own");
        assert_eq!(shelf.incoming(&tx_id(1 - person)), Ok(Some(incoming(person))));
        assert_eq!(shelf.received_by(&idx(person)), Ok(vec![incoming(person)]));
    }
    assert_eq!(shelf.every_customer().unwrap().len(), 2);
    assert_eq!(shelf.overdue(TimestampMs(99), 9).unwrap().len(), 0, "valid to the very end");
    assert_eq!(shelf.overdue(TimestampMs(100), 9).unwrap().len(), 2);
    assert_eq!(shelf.customer(&idx(7)), Ok(None));
}

#[test]
fn what_is_over_is_read_on_from_where_one_was() {
    let world = filled();
    let mut draft = Draft::new(&world.keys, &world.store, Entropy::new([1; 32]));
    let ends = [1, 2, 3].map(|day| TravelEnd { expires_on: NetworkDay(day), handle: handle(0) });
    ends.iter().for_each(|end| draft.put(end));
    world.store.commit(&draft.into_batch()).unwrap();
    let page = |after: Option<&TravelEnd>| world.shelf().travel_ends(NetworkDay(9), after, 2).unwrap();
    assert_eq!((page(None), page(Some(&ends[1]))), (ends[..2].to_vec(), ends[2..].to_vec()));
}

/// The world's holds are from before totals were kept.
#[test]
fn what_is_held_in_all_follows_every_hold() {
    let world = filled();
    let mut draft = Draft::new(&world.keys, &world.store, Entropy::new([1; 32]));
    let total = |draft: &Draft<'_>| {
        let HoldTotal { count, amount, .. } = draft.hold_total(&handle(0)).unwrap();
        let held = draft.holds_of(&handle(0)).unwrap();
        assert_eq!(count, held.len() as u64);
        assert_eq!(amount.0, held.iter().map(|hold| hold.amount.0).sum::<u64>());
        (count, amount)
    };
    let second = Hold { handle: handle(0), id: TxId([1; 32]), amount: Paise(1) };
    assert_eq!(total(&draft), (1, Paise(507_500)));
    for amount in [Paise(2), Paise(1)] {
        draft.hold_money(&Hold { amount, ..second.clone() }).unwrap();
        assert_eq!(total(&draft), (2, Paise(507_500 + amount.0)), "held for one intent, once");
    }
    for _ in 0..2 {
        draft.release_money(&handle(0), &tx_id(0)).unwrap();
        assert_eq!(total(&draft), (1, Paise(1)));
    }
    draft.release_money(&handle(0), &second.id).unwrap();
    assert_eq!(total(&draft), (0, Paise::ZERO));
    let batch = draft.into_batch();
    let kept = |change: &Change| matches!(change, Change::Put(Table::HoldTotals, ..));
    assert!(!batch.changes.iter().any(kept), "where nothing is held there is no total");
}

#[test]
fn a_draft_reads_its_own_writes_and_the_store_sees_none_before_the_commit() {
    let world = filled();
    let before = world.store.len();
    let mut draft = Draft::new(&world.keys, &world.store, Entropy::new([1; 32]));
    let second = Hold { handle: handle(0), id: TxId([1; 32]), amount: Paise(1) };
    draft.put(&second);
    assert_eq!(draft.held(&handle(0)), Ok(Paise(507_501)));
    draft.delete(&Hold { handle: handle(0), id: tx_id(0), amount: Paise::ZERO });
    assert_eq!(draft.holds_of(&handle(0)), Ok(vec![second]));
    draft.delete(&customer(0));
    assert_eq!(draft.customer_of_pan(&customer(0).pan), Ok(None));
    assert_eq!(world.store.len(), before);
    assert_eq!(world.shelf().held(&handle(0)), Ok(Paise(507_500)));
}

#[test]
fn a_password_is_known_again_and_no_other() {
    let Credential::Password(hash) = customer(0).credential else { panic!("has a password") };
    assert!(hash.is("correct horse") && !hash.is("Correct horse"));
    let salted = PasswordHash::new("correct horse", [8; 32], KdfCost::testnet()).unwrap();
    assert_ne!(hash, salted, "one password under two salts");
    let endless = KdfCost { memory_kib: u32::MAX, passes: 1, lanes: 1 };
    assert!(PasswordHash::new("correct horse", [9; 32], endless).is_none());
}

/// A session that was opened anew takes the place of the lost one, whose id leads nowhere then.
#[test]
fn an_id_outlived_leads_nowhere() {
    let mut world = filled();
    let anew = OpenedSession { id: SessionId([1; 32]), ..session(0, DAY) };
    world.write(|draft| draft.put(&anew));
    assert_eq!(world.shelf().session_of_id(&session(0, DAY).id), Ok(None));
    assert_eq!(world.shelf().session_of_id(&anew.id), Ok(Some(anew)));
}
