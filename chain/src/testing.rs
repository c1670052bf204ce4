//! A small world for tests of this and other crates: banks, accounts, sessions, blocks.

mod orders;
mod travel;

pub use travel::{RATE, travel_spec};

pub use orders::{ORDER_MS, answer, half, holder_key, holder_secret, release, share};

use crate::chain_keys::FirstChainKey;
use crate::commit::Sealed;
use crate::genesis::{GenesisBank, GenesisSpec};
use crate::state::State;
use idx_crypto::{Ed25519, SecretKey, Signer};
use idx_types::chain_key::pepper_commitment;
use idx_types::params::DAY_MS;
use idx_types::testing::{self, chain_id, concealed, key};
use idx_types::tx::{Freeze, TX_VERSION, Transfer};
use idx_types::{
    AccountHandle, Bank, BankId, Decision, FreezeState, Height, NetworkKey, Outcome, Paise, Params,
    PreparedTx, PrivateHash, PublicHash, PublicHeader, Reason, SessionId, TimestampMs, TxBody, TxKind,
    ValidatorSet,
};
use std::sync::Arc;

/// Short names of the six banks of document 1.1, then made-up ones.
const CODES: [&str; 16] = [
    "HDFC", "ICICI", "SBI", "AXIS", "KOTAK", "YES", "B6", "B7", "B8", "B9", "B10", "B11", "B12", "B13",
    "B14", "B15",
];

/// Time of genesis in tests.
pub const START: TimestampMs = TimestampMs(1_700_000_000_000);

/// Stake of each bank in tests.
pub const STAKE: Paise = Paise(1_000_000_007);

/// A bank of tests; its consensus key is `key(number + 1)`.
pub fn bank(number: u16) -> Bank {
    let seed = u8::try_from(number + 1).expect("tests have few banks");
    Bank {
        id: BankId(number),
        code: CODES[usize::from(number)].parse().expect("test codes are sound"),
        consensus_key: key(seed).public_key(),
        network_key: NetworkKey(key(seed + 64).public_key().0),
        hpke_key: testing::hpke_key_of(BankId(number)),
        stake: STAKE,
    }
}

/// A genesis of so many banks.
pub fn spec(banks: u16) -> GenesisSpec {
    let of = |number| GenesisBank { bank: bank(number), reserve: Paise(1_000_000_000_000) };
    GenesisSpec {
        chain_id: chain_id(),
        time: START,
        params: Params::default(),
        banks: (0..banks).map(of).collect(),
        escrow: testing::escrow(),
        chain_key: first_chain_key(),
        judges: Vec::new(),
        foreign_banks: Vec::new(),
        rate_publisher: None,
    }
}

/// The ledger's part of [`testing::chain_secrets`].
pub fn first_chain_key() -> FirstChainKey {
    let secrets = testing::chain_secrets();
    let commitment = secrets.key.commitment();
    FirstChainKey { commitment, pepper_commitment: pepper_commitment(&secrets.pepper) }
}

/// The handle of a test account.
pub fn handle(number: u64) -> AccountHandle {
    AccountHandle(idx_crypto::Hasher::new("test/handle").part(&number.to_le_bytes()).finish().0)
}

/// The key of all test sessions.
pub fn session_key() -> SecretKey {
    key(200)
}

/// A block that a [`World`] committed.
pub struct PastBlock {
    /// Its height.
    pub height: Height,
    /// Its time.
    pub time: TimestampMs,
    /// Who ruled it.
    pub validators: Arc<ValidatorSet>,
    /// Its transactions.
    pub txs: Vec<PreparedTx>,
    /// What became of each.
    pub outcomes: Vec<Outcome>,
}

/// A ledger with what it takes to write stories about it.
pub struct World {
    /// The ledger.
    pub state: State,
    /// Who mines the next blocks.
    pub miner: BankId,
    /// Every block so far.
    pub blocks: Vec<PastBlock>,
    /// Numbers given to accounts, sessions and nonces.
    count: u64,
    /// From the last block to the next, milliseconds.
    pause_ms: u64,
}

impl World {
    /// A new network of so many banks.
    pub fn new(banks: u16) -> Self {
        Self::of(&spec(banks))
    }

    /// A network whose banks each have this reserve.
    pub fn with_reserve(banks: u16, reserve: u64) -> Self {
        let mut spec = spec(banks);
        spec.banks.iter_mut().for_each(|bank| bank.reserve = Paise(reserve));
        Self::of(&spec)
    }

    /// The network of a specification.
    pub fn of(spec: &GenesisSpec) -> Self {
        let state = State::genesis(spec).expect("the test's genesis is sound");
        Self { state, miner: BankId(0), blocks: Vec::new(), count: 1_000, pause_ms: 1_000 }
    }

    /// Time of the next block: a second after the last, unless a test says otherwise.
    pub fn next_time(&self) -> TimestampMs {
        self.state.tip().timestamp.plus(self.pause_ms)
    }

    /// A header that extends the tip.
    pub fn header(&self) -> PublicHeader {
        let tip = self.state.tip();
        PublicHeader {
            height: tip.height.next(),
            miner: self.miner,
            parent_public: tip.public_hash,
            parent_private: tip.private_hash,
            validator_set_hash: self.state.validators().hash(),
            timestamp: self.next_time(),
            difficulty: self.state.difficulty(),
            ..testing::header()
        }
    }

    /// A number not used before.
    pub fn fresh(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// An unsigned transaction made now, valid for an hour.
    pub fn body(&mut self, kind: TxKind) -> TxBody {
        let created_at = self.next_time();
        let valid_until = created_at.plus(DAY_MS / 24);
        TxBody {
            version: TX_VERSION,
            chain_id: chain_id(),
            created_at,
            valid_until,
            nonce: self.fresh(),
            kind,
        }
    }

    /// A transaction signed by a bank.
    pub fn bank_tx(&mut self, kind: TxKind, bank: u16) -> PreparedTx {
        let signer = key(u8::try_from(bank + 1).expect("tests have few banks"));
        PreparedTx::verify(self.body(kind).sign(&[&signer]), &Ed25519)
    }

    /// A transaction signed by both sessions' keys.
    pub fn session_tx(&mut self, kind: TxKind) -> PreparedTx {
        let signer = session_key();
        PreparedTx::verify(self.body(kind).sign(&[&signer, &signer]), &Ed25519)
    }

    /// A sound `OpenAccount` of a bank, changed by the test before it is signed.
    pub fn open_account_with(&mut self, bank: u16, change: impl FnOnce(&mut TxBody)) -> PreparedTx {
        let handle = handle(self.fresh());
        let mut body = self.body(testing::open_account(BankId(bank), handle));
        change(&mut body);
        let signer = key(u8::try_from(bank + 1).expect("tests have few banks"));
        PreparedTx::verify(body.sign(&[&signer]), &Ed25519)
    }

    /// Commits a block in which all of these pass approval.
    pub fn apply(&mut self, txs: &[PreparedTx]) -> Vec<Outcome> {
        self.apply_decided(txs, &vec![Decision::Pass; txs.len()])
    }

    /// Commits a block with these decisions; checks the foretold root and the money.
    pub fn apply_decided(&mut self, txs: &[PreparedTx], decisions: &[Decision]) -> Vec<Outcome> {
        let header = self.header();
        let validators = Arc::clone(self.state.validators());
        let execution = self.state.execute(&header, txs, decisions);
        let outcomes = execution.outcomes().to_vec();
        self.blocks.push(PastBlock {
            height: header.height,
            time: header.timestamp,
            validators,
            txs: txs.to_vec(),
            outcomes: outcomes.clone(),
        });
        let foretold = execution.state_root(10);
        let mark = self.fresh().to_le_bytes();
        let sealed = Sealed {
            public_hash: PublicHash(idx_crypto::sha256(&mark).0),
            private_hash: PrivateHash(idx_crypto::leaf_hash(&mark).0),
            mining_ms: 10,
        };
        self.state.commit(execution, sealed);
        assert_eq!(self.state.root(), foretold, "commit arrives at the root that execute foretold");
        assert_eq!(self.state.recount(), self.state.issued().clone().into_iter().collect::<Vec<_>>());
        outcomes
    }

    /// Commits empty blocks until this height is the tip.
    pub fn advance_to(&mut self, height: u64) {
        while self.state.tip().height.0 < height {
            self.apply(&[]);
        }
    }

    /// Has a bank's transaction completed, or fails the test.
    pub fn done(&mut self, kind: TxKind, bank: u16) -> PreparedTx {
        let tx = self.bank_tx(kind, bank);
        assert_eq!(self.state.precheck(&tx, self.next_time()), Ok(()), "at the door");
        assert_eq!(self.apply(std::slice::from_ref(&tx)), [Outcome::Completed]);
        tx
    }

    /// Has a bank's transaction refused for this reason, or fails the test.
    pub fn refused(&mut self, kind: TxKind, bank: u16, reason: Reason) {
        let tx = self.bank_tx(kind, bank);
        self.assert_refused(&tx, reason);
    }

    /// Checks that door and ledger refuse a transaction alike, and that nothing but the list of settled
    /// ids would change.
    pub fn assert_refused(&mut self, tx: &PreparedTx, reason: Reason) {
        assert_eq!(self.state.precheck(tx, self.next_time()), Err(reason), "at the door");
        let header = self.header();
        let execution = self.state.execute(&header, std::slice::from_ref(tx), &[Decision::Pass]);
        assert_eq!(execution.outcomes(), [Outcome::Failed(reason)]);
        assert!(execution.postings(0).is_empty());
        let (was, is) = (self.state.parts(), &execution.parts);
        assert_eq!((was.accounts, was.sessions, was.params), (is.accounts, is.sessions, is.params));
        assert_eq!((was.validators, was.registries), (is.validators, is.registries));
    }

    /// Opens an account at a bank and pays money in.
    pub fn account(&mut self, bank: u16, paise: u64) -> AccountHandle {
        let handle = handle(self.fresh());
        self.done(testing::open_account(BankId(bank), handle), bank);
        if paise > 0 {
            self.done(self.cash_in(bank, handle, paise), bank);
        }
        handle
    }

    /// Opens a session of [`session_key`] for an account, for twelve hours.
    pub fn session(&mut self, bank: u16, handle: AccountHandle) -> SessionId {
        let session = SessionId(crate::testing::handle(self.fresh()).0);
        let (key, expires_at) = (session_key().public_key(), self.next_time().plus(DAY_MS / 2));
        self.done(testing::open_session(BankId(bank), session, handle, key, expires_at), bank);
        session
    }

    /// A `Deposit`.
    pub fn cash_in(&self, bank: u16, handle: AccountHandle, paise: u64) -> TxKind {
        TxKind::Deposit(testing::cash(BankId(bank), handle, Paise(paise)))
    }

    /// A bank's own `Freeze`.
    pub fn freeze(&self, bank: u16, handle: AccountHandle) -> TxKind {
        TxKind::Freeze(Freeze {
            bank: BankId(bank),
            handle: concealed(handle),
            cause: FreezeState::ByBank(1),
        })
    }

    /// A `Transfer` with the fee in force, or none if the amount has none.
    pub fn transfer(&self, from: (u16, SessionId), to: (u16, SessionId), paise: u64) -> Transfer {
        let fee = self.state.fee_quote(Paise(paise)).map_or(Paise::ZERO, |quote| quote.total);
        testing::transfer((from.1, BankId(from.0)), (to.1, BankId(to.0)), Paise(paise), fee)
    }

    /// What an account holds; zero if there is none.
    pub fn balance(&self, handle: &AccountHandle) -> Paise {
        self.state.account(handle).map_or(Paise::ZERO, |account| account.balance)
    }
}
