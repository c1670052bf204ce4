//! What keeping customers' names apart from their payments costs a bank, on one core: today's session of an
//! account with its envelope, as its desk opens one, and the receiver tags of a day.
//!
//! Times are those that this thread has had a processor, so that other work on the machine counts less.

use crate::ledger::thread_time;
use crate::report::{Floor, Report};
use idx_bank::desk::{Answer, Ask, Desk, Effect, Home, Input, LedgerView, Scene};
use idx_bank::pseudonym::{Identity, Pepper, TagBook, TagDay, TagKey};
use idx_bank::risk::RiskRules;
use idx_bank::vault::{Credential, MemoryStore, Retention, Shelf, VaultKey, VaultKeys, VaultStore};
use idx_bank::{Entropy, IdentityContext};
use idx_crypto::{Ed25519, Envelope, Hash32, HpkePublic, KdfCost, PublicKey, Recipients};
use idx_types::params::DAY_MS;
use idx_types::testing::{self, TEST_DAY, chain_id, key};
use idx_types::tx::Closing;
use idx_types::{
    Account, AccountHandle, AccountKind, Bank, BankCode, BankId, Conversion, Currency, Escrow, FreezeState,
    Height, Idx, NetworkKey, Paise, Reason, Session, SessionId, TimestampMs, TxId,
};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

/// Customers whose tags of a day are made.
const CUSTOMERS: u32 = 1_000_000;

/// What the tags of so many may take, seconds of one core.
const TAGS_S_MAX: f64 = 5.0;

/// What opening a session may take, microseconds of one core.
const SESSION_US_MAX: f64 = 1_000.0;

/// Customers who open sessions, and the accounts of each.
const OPENERS: u32 = 20;
const ACCOUNTS: u32 = 100;

/// Envelopes sealed alone.
const ENVELOPES: u32 = 2_000;

/// Bytes of a record as an envelope seals it, before padding.
const RECORD_BYTES: usize = 300;

const BANK: BankId = BankId(0);

/// Takes the figures.
pub fn run(report: &mut Report) {
    eprintln!("privacy: tags of {CUSTOMERS} customers");
    report.judge("privacy.tags_of_a_million_s", tags(CUSTOMERS).as_secs_f64(), Floor::Below(TAGS_S_MAX));
    eprintln!("privacy: {} sessions, {ENVELOPES} envelopes", OPENERS * ACCOUNTS);
    report.note("privacy.envelope_us", micros(envelopes(ENVELOPES), ENVELOPES));
    let opened = OPENERS * ACCOUNTS;
    let each = micros(sessions(OPENERS, ACCOUNTS), opened);
    report.judge("privacy.session_with_envelope_us", each, Floor::Below(SESSION_US_MAX));
}

fn micros(all: Duration, count: u32) -> f64 {
    all.as_secs_f64() * 1e6 / f64::from(count.max(1))
}

/// Runs something and gives the time that it took of this thread's processor.
fn timed(work: impl FnOnce()) -> Duration {
    let began = thread_time();
    work();
    thread_time() - began
}

fn tags(customers: u32) -> Duration {
    let idx = |n: u32| {
        let mut bytes = [7; 32];
        bytes[..4].copy_from_slice(&n.to_le_bytes());
        Idx(bytes)
    };
    let customers: Vec<Idx> = (0..customers).map(idx).collect();
    let keys = TagKey::of_chain_key(&[3; 32]).into();
    timed(|| drop(black_box(TagDay::of(&keys, TEST_DAY, customers.iter()))))
}

fn envelopes(count: u32) -> Duration {
    let ledger = Ledger::new();
    let recipients = Recipients {
        home: HpkePublic::new(testing::hpke_key_of(BANK).0).expect("a sound key"),
        company: *ledger.escrow.company.day_keys.get(&TEST_DAY).expect("the test escrow has the day"),
        regulators: ledger.escrow.regulators.iter().map(|regulator| regulator.hpke_key).collect(),
    };
    let handle = AccountHandle([1; 32]);
    timed(|| {
        for n in 0..count {
            let mut seed = [9; 32];
            seed[..4].copy_from_slice(&n.to_le_bytes());
            let session = Some(SessionId(seed));
            let context = IdentityContext { chain_id: chain_id(), bank: BANK, handle, session }.digest();
            let sealed = Envelope::seal(&[1; RECORD_BYTES], &context, &recipients, &seed);
            black_box(sealed.expect("the keys are sound"));
        }
    })
}

/// Today's sessions of many accounts, each as a customer's first payment of the day asks for it: the desk's
/// step with its reads and sealed writes, and the bank's signature.
fn sessions(openers: u32, accounts: u32) -> Duration {
    let mut bank = Bench::new();
    let owned: Vec<(Idx, AccountHandle)> = (0..openers)
        .flat_map(|person| {
            let owner = bank.customer(person);
            (0..accounts)
                .map(|place| (owner, bank.account(owner, person * accounts + place)))
                .collect::<Vec<_>>()
        })
        .collect();
    timed(|| {
        for (owner, account) in owned {
            let opened = bank.ask(Ask::OpenSession { owner, account, key: None });
            assert!(matches!(opened, Answer::Session(_)), "{opened:?}");
        }
    })
}

/// A bank with its desk and a vault in memory.
struct Bench {
    ledger: Ledger,
    desk: Desk,
    keys: VaultKeys,
    store: MemoryStore,
    steps: u64,
}

impl Bench {
    fn new() -> Self {
        let (keys, batch) = VaultKeys::create(VaultKey::new(1, &[1; 32]), &mut Entropy::new([2; 32]));
        let store = MemoryStore::default();
        store.commit(&batch).expect("memory does not fail");
        let home = Home {
            chain_id: chain_id(),
            bank: BANK,
            code: "HDFC".parse().expect("a sound code"),
            retention: Retention { months: 2 },
            risk: RiskRules::default(),
        };
        let tags = TagBook::new(TagKey::of_chain_key(&[3; 32]).into(), TEST_DAY, &[]);
        let desk = Desk::open(home, tags, &Shelf::new(&keys, &store)).expect("an empty vault is sound");
        Self { ledger: Ledger::new(), desk, keys, store, steps: 0 }
    }

    fn customer(&mut self, person: u32) -> Idx {
        let pan = format!("ABCDE{person:04}F").parse().expect("made up by the rules");
        let rbi = format!("R{person:05}").parse().expect("made up by the rules");
        let identity = Identity::derive(pan, rbi, &Pepper::new([4; 32]), KdfCost::testnet());
        let identity = identity.expect("the cost of test networks is in range");
        let name = format!("Person {person}").parse().expect("made up by the rules");
        match self.ask(Ask::Register { identity, name, credential: Credential::Unset, is_listed: false }) {
            Answer::Registered(idx) => idx,
            other => panic!("{other:?}"),
        }
    }

    fn account(&mut self, owner: Idx, number: u32) -> AccountHandle {
        let number = format!("5{number:011}").parse().expect("made up by the rules");
        match self.ask(Ask::OpenAccount { owner, number }) {
            Answer::AccountOpening { handle, .. } => {
                self.ledger.accounts.insert(handle, account(handle));
                handle
            }
            other => panic!("{other:?}"),
        }
    }

    /// A step whose writes are kept and whose transactions are signed.
    fn ask(&mut self, ask: Ask) -> Answer {
        self.steps += 1;
        let mut seed = [5; 32];
        seed[..8].copy_from_slice(&self.steps.to_le_bytes());
        let Self { ledger, desk, keys, store, .. } = self;
        let scene = Scene { ledger, keys, store, verifier: &Ed25519, now: ledger.now };
        let mut effects = Vec::new();
        desk.step(&scene, seed, Input::Ask(1, ask), &mut effects);
        let mut answer = None;
        for effect in effects {
            match effect {
                Effect::Persist(batch) => self.store.commit(&batch).expect("memory does not fail"),
                Effect::SignAndSubmit(body) => drop(black_box(body.sign(&[&key(0)]))),
                Effect::Answer(_, given) => answer = Some(given.expect("all that is asked is allowed")),
                _ => {}
            }
        }
        answer.expect("every ask is answered")
    }
}

/// As much of the ledger as a desk looks at.
struct Ledger {
    now: TimestampMs,
    accounts: BTreeMap<AccountHandle, Account>,
    escrow: Escrow,
}

impl Ledger {
    fn new() -> Self {
        let now = TEST_DAY.start().plus(DAY_MS / 2);
        Self { now, accounts: BTreeMap::new(), escrow: testing::escrow() }
    }
}

fn account(handle: AccountHandle) -> Account {
    Account {
        handle,
        home_bank: BANK,
        kind: AccountKind::Customer,
        currency: Currency::Inr,
        balance: Paise(10_000_000),
        freeze: FreezeState::Free,
        opened_at: Height(1),
        closed_at: None,
        travels: 0,
        terms: None,
    }
}

impl LedgerView for Ledger {
    fn time(&self) -> TimestampMs {
        self.now
    }

    fn validity_ms_max(&self) -> u64 {
        DAY_MS
    }

    fn account(&self, handle: &AccountHandle) -> Option<Account> {
        self.accounts.get(handle).cloned()
    }

    fn session(&self, _: &SessionId) -> Option<Session> {
        None
    }

    fn bank(&self, id: BankId) -> Option<Bank> {
        Some(Bank {
            id,
            code: "HDFC".parse().ok()?,
            consensus_key: PublicKey([1; 32]),
            network_key: NetworkKey([1; 32]),
            hpke_key: Hash32(testing::hpke_key_of(id).0),
            stake: Paise(1),
        })
    }

    fn bank_of_code(&self, _: &BankCode) -> Option<Bank> {
        None
    }

    fn escrow(&self) -> &Escrow {
        &self.escrow
    }

    fn changed(&self, _: &BankCode, _: Paise) -> Result<Conversion, Reason> {
        Err(Reason::NoRate)
    }

    fn changed_back(&self, _: Currency, _: Paise) -> Result<Conversion, Reason> {
        Err(Reason::NoRate)
    }

    fn fee(&self, amount: Paise) -> Result<Paise, Reason> {
        Ok(Paise(amount.0 / 100))
    }

    fn closing(&self, _: &AccountHandle, _: Height) -> Option<(TxId, Closing)> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_measured_is_done() {
        let all = [tags(10), envelopes(2), sessions(2, 2)];
        assert!(all.iter().all(|time| *time > Duration::ZERO), "{all:?}");
    }
}
