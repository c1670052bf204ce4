//! A chain of some heights: accounts and sessions are opened, payments pass, fail and are deferred, a
//! bank joins, another leaves, parameters change.

use idx_chain::testing::{START, World, bank, session_key, spec};
use idx_chain::{Sealed, State};
use idx_crypto::{SecretKey, Signer};
use idx_light::testing::{Settled, approved, committed, mined, settled};
use idx_light::{Follower, approval};
use idx_types::testing::{key, open_account, open_session};
use idx_types::tx::{AddBank, Ballot, Change, Propose};
use idx_types::wire::CertifiedHeight;
use idx_types::{
    AccountHandle, ApprovalCertificate, BankId, CommitCertificate, Height, InvolvedBanks, ObservedHeight,
    Paise, Params, PreparedTx, PublicBlock, Reason, SessionId, Transaction, TxBody, TxId, TxKind, Verdict,
};

/// Bits of work: enough that a bent header nearly never has them.
const DIFFICULTY: u8 = 10;
/// What the miner says of every search.
const MINING_MS: u32 = 10;

/// The ledger, and what was made of it.
pub struct Chain {
    pub world: World,
    pub heights: Vec<ObservedHeight>,
    /// Everything that was concealed: none of it may be in an observed height.
    pub concealed: Vec<[u8; 32]>,
}

/// The key of a bank of tests.
pub fn key_of(bank: BankId) -> SecretKey {
    key(u8::try_from(bank.0 + 1).unwrap())
}

/// How the banks speak on a block: which of them, and what each says of each transaction.
pub type Voices<'a> = &'a dyn Fn(BankId, usize) -> Option<Verdict>;

/// All banks approve of everything.
pub fn all_approve(_: BankId, _: usize) -> Option<Verdict> {
    Some(Verdict::Approve)
}

impl Chain {
    pub fn new() -> Self {
        let mut spec = spec(6);
        (spec.params.min_difficulty, spec.params.max_difficulty) = (DIFFICULTY, DIFFICULTY + 1);
        Self { world: World::of(&spec), heights: Vec::new(), concealed: Vec::new() }
    }

    /// Before the first height.
    pub fn follower() -> Follower {
        let state = Self::new().world.state;
        let (banks, params) = ((**state.validators()).clone(), state.params().clone());
        Follower::genesis(state.chain_id(), START, banks, params)
    }

    /// Makes the next height: mines, lets banks speak, executes, commits.
    pub fn next(&mut self, txs: &[PreparedTx], voices: Voices<'_>) {
        let state = &self.world.state;
        let banks = state.validators().clone();
        let transactions: Vec<Transaction> = txs.iter().map(|tx| Transaction::clone(&tx.tx)).collect();
        let header = mined(self.world.header(), &banks, &transactions);
        let public = PublicBlock { header, transactions };
        let certificate = certificate(state, &public, voices);
        let involved: Vec<InvolvedBanks> = txs.iter().map(|tx| tx.tx.body.kind.involved_banks()).collect();
        let quorum = banks.quorums(state.params().approval_margin).quorum;
        let decisions = approval::decide(&certificate, &involved, banks.len(), quorum);
        let execution = state.execute(&public.header, txs, &decisions);
        let outcomes = execution.outcomes().to_vec();
        let state_root = execution.state_root(MINING_MS);
        let body = b"sealed for banks".to_vec();
        let private =
            settled(&public, Settled { certificate, outcomes, state_root, body, mining_ms: MINING_MS });
        let commit = precommits(state, &private.header);
        let sealed = Sealed {
            public_hash: private.header.public_hash,
            private_hash: commit.value,
            mining_ms: MINING_MS,
        };
        let delta = self.world.state.commit(execution, sealed);
        let certified = CertifiedHeight { public, private, commit };
        self.heights.push(ObservedHeight::of(certified, delta.parts, delta.rules));
    }

    /// The same with everybody's approval.
    pub fn pass(&mut self, txs: &[PreparedTx]) {
        self.next(txs, &all_approve);
    }

    /// Proposes a change that just enough banks approve of; it holds as soon as it can.
    pub fn decide(&mut self, change: Change) {
        let effective_at = Height(self.world.state.tip().height.0 + 3);
        let propose = Propose { bank: BankId(0), change, effective_at };
        let proposed = self.world.bank_tx(TxKind::Propose(propose), 0);
        let state = &self.world.state;
        let quorum = state.validators().quorums(state.params().approval_margin).quorum as u16;
        let ballots: Vec<PreparedTx> = (1..quorum).map(|bank| self.ballot(bank, proposed.id)).collect();
        self.pass(&[proposed]);
        self.pass(&ballots);
    }

    fn ballot(&mut self, bank: u16, proposal: TxId) -> PreparedTx {
        let ballot = Ballot { bank: BankId(bank), proposal, approve: true };
        self.world.bank_tx(TxKind::Ballot(ballot), bank)
    }

    /// Opens an account with money and a session of it.
    pub fn customer(&mut self, bank: u16) -> (AccountHandle, SessionId) {
        let account = idx_chain::testing::handle(self.world.fresh());
        let session = SessionId(idx_chain::testing::handle(self.world.fresh()).0);
        let expires_at = START.plus(idx_types::params::DAY_MS / 2);
        let kinds = [
            open_account(BankId(bank), account),
            self.world.cash_in(bank, account, 1_000_000),
            open_session(BankId(bank), session, account, session_key().public_key(), expires_at),
        ];
        let txs = kinds.map(|kind| self.world.bank_tx(kind, bank));
        self.pass(&txs);
        self.concealed.push(account.0);
        (account, session)
    }

    pub fn payment(&mut self, from: (u16, SessionId), to: (u16, SessionId), paise: u64) -> PreparedTx {
        let transfer = self.world.transfer(from, to, paise);
        self.world.session_tx(TxKind::Transfer(transfer))
    }

    /// A payment whose signatures are wrong: the banks reject it, and it fails in the chain.
    pub fn unsigned(&mut self, kind: TxKind) -> PreparedTx {
        let body: TxBody = self.world.body(kind);
        PreparedTx::recall(body.sign(&[&key(99)]), false)
    }

    /// The whole story; the heights of each kind of happening follow each other.
    pub fn story() -> Self {
        let mut chain = Self::new();
        let (_, a) = chain.customer(0);
        let (_, b) = chain.customer(1);
        chain.pay_in_every_way((0, a), (1, b));
        chain.decide(Change::AddBank(AddBank { bank: joining() }));
        chain.decide(Change::RemoveBank(BankId(5)));
        let params = Params { approval_margin: 1, ..chain.world.state.params().clone() };
        chain.decide(Change::Params(Box::new(params)));
        let last = [chain.payment((0, a), (1, b), 700)];
        chain.pass(&last);
        chain
    }

    /// Passes, lacks funds, is rejected by a bank, is badly signed; then one that is deferred.
    fn pay_in_every_way(&mut self, a: (u16, SessionId), b: (u16, SessionId)) {
        let transfer = self.world.transfer(a, b, 500);
        let txs = [
            self.payment(a, b, 50_000),
            self.payment(a, b, 99_000_000),
            self.payment(b, a, 10_000),
            self.unsigned(TxKind::Transfer(transfer)),
        ];
        self.next(&txs, &|bank, place| {
            Some(match (bank, place) {
                (BankId(1), 2) => Verdict::Reject(Reason::RejectedByPolicy),
                (_, 3) => Verdict::Reject(Reason::BadSignature),
                _ => Verdict::Approve,
            })
        });
        let deferred = [self.payment(a, b, 600)];
        self.next(&deferred, &|bank, _| (bank != BankId(1)).then_some(Verdict::Approve));
    }
}

/// The bank that joins.
pub fn joining() -> idx_types::Bank {
    idx_types::Bank { stake: Paise::ZERO, ..bank(6) }
}

/// Signed verdicts of whoever speaks.
pub fn certificate(state: &State, public: &PublicBlock, voices: Voices<'_>) -> ApprovalCertificate {
    let ids: Vec<BankId> = state.validators().banks().iter().map(|bank| bank.id).collect();
    let keys: Vec<SecretKey> = ids.iter().map(|id| key_of(*id)).collect();
    let count = public.transactions.len();
    let says = |bank: BankId| {
        if count == 0 {
            return Some(Vec::new());
        }
        (0..count).map(|place| voices(bank, place)).collect::<Option<Vec<Verdict>>>()
    };
    let spoken = ids.iter().zip(&keys).filter_map(|(id, key)| Some((*id, key as &dyn Signer, says(*id)?)));
    approved(&public.header, spoken)
}

/// Precommits of just enough banks.
pub fn precommits(state: &State, header: &idx_types::PrivateHeader) -> CommitCertificate {
    let banks = state.validators();
    let quorum = banks.quorums(state.params().agreement_margin).quorum;
    let keys: Vec<(BankId, SecretKey)> =
        banks.banks().iter().take(quorum).map(|bank| (bank.id, key_of(bank.id))).collect();
    committed(header, keys.iter().map(|(id, key)| (*id, key as &dyn Signer)))
}
