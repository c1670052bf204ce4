//! A chain of real heights for tests of this and other crates: executed by the ledger, with made-up
//! certificates, which the store does not look into.

use crate::store::HeightRecord;
use idx_chain::testing::{START, World, handle, session_key, spec};
use idx_chain::{GenesisSpec, Sealed, Snapshot};
use idx_crypto::{Hash32, Signature, Signer};
use idx_types::block::{BLOCK_VERSION, body_hash, outcomes_hash, tx_root};
use idx_types::testing;
use idx_types::tx::{Ballot, Change, Propose};
use idx_types::wire::CertifiedHeight;
use idx_types::{
    AccountHandle, ApprovalCertificate, BankId, CommitCertificate, Decision, Height, Paise, PreparedTx,
    PrivateBlock, PrivateHeader, PublicBlock, PublicHeader, SessionId, Transaction, TxBody, TxKind,
    TxSignature,
};

/// Banks of the test network.
pub const BANKS: u16 = 6;

/// What each customer begins with.
const DEPOSIT: Paise = Paise(10_000_000);

/// An account with a session, by its bank.
#[derive(Clone, Copy, Debug)]
pub struct Customer {
    /// Its home bank's number.
    pub bank: u16,
    /// Its account.
    pub account: AccountHandle,
    /// Its session.
    pub session: SessionId,
}

/// A network that makes one height after another.
pub struct Heights {
    /// The ledger at the last height.
    pub world: World,
    /// Everyone who can pay.
    pub customers: Vec<Customer>,
    turn: usize,
}

impl Default for Heights {
    fn default() -> Self {
        Self::new(&spec(BANKS))
    }
}

impl Heights {
    /// The network of a specification, before any height.
    pub fn new(spec: &GenesisSpec) -> Self {
        Self { world: World::of(spec), customers: Vec::new(), turn: 0 }
    }

    /// The state at the last height.
    pub fn snapshot(&self) -> Snapshot {
        self.world.state.snapshot()
    }

    /// A height in which all of these pass approval.
    pub fn next(&mut self, txs: &[PreparedTx]) -> HeightRecord {
        self.next_decided(txs, &vec![Decision::Pass; txs.len()])
    }

    /// A height with these decisions.
    pub fn next_decided(&mut self, txs: &[PreparedTx], decisions: &[Decision]) -> HeightRecord {
        let header = self.world.header();
        self.next_under(header, txs, decisions)
    }

    /// An empty height, so many milliseconds after the last.
    pub fn resting(&mut self, ms: u64) -> HeightRecord {
        let header = self.world.header();
        let timestamp = self.world.state.tip().timestamp.plus(ms);
        self.next_under(PublicHeader { timestamp, ..header }, &[], &[])
    }

    fn next_under(
        &mut self,
        mut header: PublicHeader,
        txs: &[PreparedTx],
        decisions: &[Decision],
    ) -> HeightRecord {
        header.tx_root = tx_root(&txs.iter().map(|tx| tx.hash).collect::<Vec<_>>());
        let execution = self.world.state.execute(&header, txs, decisions);
        let transactions: Vec<Transaction> = txs.iter().map(|tx| (*tx.tx).clone()).collect();
        let public = PublicBlock { header, transactions };
        let private = private_block(&public, execution.outcomes().to_vec(), execution.state_root(MINING_MS));
        let commit = certificate(&private.header);
        let sealed = Sealed {
            public_hash: private.header.public_hash,
            private_hash: commit.value,
            mining_ms: MINING_MS,
        };
        let delta = self.world.state.commit(execution, sealed);
        HeightRecord { certified: CertifiedHeight { public, private, commit }, delta }
    }

    /// A height that gives so many new customers an account, money and a session.
    pub fn opening(&mut self, count: usize) -> HeightRecord {
        let txs: Vec<PreparedTx> = (0..count).flat_map(|_| self.open()).collect();
        self.next(&txs)
    }

    fn open(&mut self) -> [PreparedTx; 3] {
        let bank = (self.customers.len() % usize::from(BANKS)) as u16;
        let account = handle(self.world.fresh());
        let session = SessionId(handle(self.world.fresh()).0);
        self.customers.push(Customer { bank, account, session });
        let (home, key) = (BankId(bank), session_key().public_key());
        let expires_at = START.plus(idx_types::params::DAY_MS / 2);
        let kinds = [
            testing::open_account(home, account),
            TxKind::Deposit(testing::cash(home, account, DEPOSIT)),
            testing::open_session(home, session, account, key, expires_at),
        ];
        kinds.map(|kind| self.world.bank_tx(kind, bank))
    }

    /// So many transfers of ten rupees, from each customer in turn to one further on.
    pub fn payments(&mut self, count: usize) -> Vec<PreparedTx> {
        (0..count).map(|_| self.payment(Paise(1_000))).collect()
    }

    /// The next customer's transfer. Its signatures are made up: whoever made it vouches for it.
    pub fn payment(&mut self, amount: Paise) -> PreparedTx {
        self.turn += 1;
        let count = self.customers.len();
        let from = self.customers[self.turn % count];
        let to = self.customers[(self.turn + 1 + (self.turn / count) % (count - 1)) % count];
        let transfer = self.world.transfer((from.bank, from.session), (to.bank, to.session), amount.0);
        let body = self.world.body(TxKind::Transfer(transfer));
        PreparedTx::vouch(signed_by_hand(body))
    }

    /// The heights in which the first banks, so many, decide a change that holds after the last of them.
    pub fn deciding(&mut self, change: Change, banks: u16) -> Vec<HeightRecord> {
        let effective_at = Height(self.world.state.tip().height.0 + u64::from(banks) + 1);
        let propose = TxKind::Propose(Propose { bank: BankId(0), change, effective_at });
        let first = self.world.bank_tx(propose, 0);
        let proposal = first.id;
        let mut records = vec![self.next(&[first])];
        for bank in 1..banks {
            let ballot = TxKind::Ballot(Ballot { bank: BankId(bank), proposal, approve: true });
            let ballot = self.world.bank_tx(ballot, bank);
            records.push(self.next(&[ballot]));
        }
        records
    }

    /// A height of so many transfers.
    pub fn paying(&mut self, count: usize) -> HeightRecord {
        let txs = self.payments(count);
        self.next(&txs)
    }
}

const MINING_MS: u32 = 10;

fn signed_by_hand(body: TxBody) -> Transaction {
    let one = TxSignature { key: session_key().public_key(), signature: Signature([7; 64]) };
    Transaction { body, signatures: vec![one; 2] }
}

fn private_block(
    public: &PublicBlock,
    outcomes: Vec<idx_types::Outcome>,
    state_root: Hash32,
) -> PrivateBlock {
    let public_hash = public.header.hash();
    let certificate = ApprovalCertificate { block: public_hash, verdicts: Vec::new() };
    let header = PrivateHeader {
        version: BLOCK_VERSION,
        chain_id: public.header.chain_id,
        height: public.header.height,
        public_hash,
        parent_private: public.header.parent_private,
        certificate_hash: certificate.hash(),
        outcomes_hash: outcomes_hash(&outcomes),
        state_root,
        body_hash: body_hash(&[]),
        mining_ms: MINING_MS,
    };
    PrivateBlock { header, certificate, outcomes, body: Vec::new() }
}

fn certificate(header: &PrivateHeader) -> CommitCertificate {
    let signatures = (0..4).map(|bank| (BankId(bank), Signature([bank as u8; 64]))).collect();
    let round = idx_types::Round::ZERO;
    CommitCertificate { height: header.height, round, value: header.hash(), signatures }
}
