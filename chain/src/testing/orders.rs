//! Judges, custodians and their orders, for tests.

use super::{World, session_key};
use idx_crypto::{Ed25519, Hash32, HpkeSealed, HpkeSecret, SealedHalf, SecretKey, Signer};
use idx_types::testing::{self, concealed, court_order, judge_key, key};
use idx_types::tx::{
    AnswerOrder, Ballot, Change, CourtOrder, OrderIdentity, OrderShare, OrderTarget, Propose, ReleaseOrder,
};
use idx_types::{
    AccountHandle, BankId, Height, Holder, JudgeId, OrderId, Outcome, PreparedTx, Reason, SessionId, TxKind,
};

/// How long a test order lives, milliseconds.
pub const ORDER_MS: u64 = 3_600_000;

/// The signing key of a holder of the test escrow.
pub fn holder_key(holder: Holder) -> SecretKey {
    match holder {
        Holder::Company => key(250),
        Holder::Regulator(_) => key(251),
    }
}

/// The HPKE key of a holder of the test escrow.
pub fn holder_secret(holder: Holder) -> HpkeSecret {
    match holder {
        Holder::Company => testing::hpke_secret(250),
        Holder::Regulator(_) => testing::hpke_secret(251),
    }
}

/// The half that a holder has of the envelope which all test accounts and sessions of a bank share.
pub fn half(bank: BankId, holder: Holder, order: OrderId) -> SealedHalf {
    let (envelope, secret) = (testing::envelope_of(bank), holder_secret(holder));
    let half = match holder {
        Holder::Company => envelope.open_company_half(&secret, &Hash32::ZERO),
        Holder::Regulator(_) => envelope.open_regulator_half(&secret, &Hash32::ZERO),
    };
    let half = half.expect("the test envelope is sealed to the test escrow");
    idx_crypto::seal_half_to(&testing::judge(JudgeId(1)).hpke_key, &half, &order.digest(), &[3; 32])
}

/// A share of bank 3's envelope, sealed to judge 1.
pub fn share(order: OrderId, holder: Holder, identity: OrderIdentity) -> TxKind {
    TxKind::OrderShare(Box::new(OrderShare { order, holder, identity, half: half(BankId(3), holder, order) }))
}

/// A bank's answer that names these accounts.
pub fn answer(bank: u16, order: OrderId, accounts: &[AccountHandle]) -> TxKind {
    TxKind::AnswerOrder(Box::new(AnswerOrder {
        bank: BankId(bank),
        order,
        accounts: concealed(accounts.iter().copied().collect()),
        sealed: HpkeSealed { encapsulated: [1; 32], sealed: vec![0; 32 * accounts.len() + 16] },
    }))
}

/// A judge's release of an order of these banks.
pub fn release(judge: u16, order: OrderId, banks: &[u16]) -> TxKind {
    let banks = banks.iter().copied().map(BankId).collect();
    TxKind::ReleaseOrder(ReleaseOrder { judge: JudgeId(judge), order, banks })
}

impl World {
    /// A network that has registered so many judges, numbered from 1.
    pub fn with_judges(banks: u16, judges: u16) -> Self {
        let mut world = Self::new(banks);
        for number in 1..=judges {
            world.decree(Change::RegisterJudge(Box::new(testing::judge(JudgeId(number)))));
        }
        world
    }

    /// Has four banks decide a change, and moves on until it is in force.
    pub fn decree(&mut self, change: Change) {
        let effective_at = Height(self.state.tip().height.0 + 6);
        let proposal = self.done(TxKind::Propose(Propose { bank: BankId(0), change, effective_at }), 0).id;
        for bank in 1..4 {
            self.done(TxKind::Ballot(Ballot { bank: BankId(bank), proposal, approve: true }), bank);
        }
        self.advance_to(effective_at.0 - 1);
    }

    /// An account with 10,000 rupees and a session of it.
    pub fn customer(&mut self, bank: u16) -> (AccountHandle, SessionId) {
        let account = self.account(bank, 1_000_000);
        (account, self.session(bank, account))
    }

    /// The target of an order that names a session.
    pub fn session_target(bank: u16, session: SessionId) -> OrderTarget {
        OrderTarget::Session { session, bank: BankId(bank) }
    }

    /// Has a judge make an order that freezes, for an hour.
    pub fn order(&mut self, judge: JudgeId, target: OrderTarget) -> OrderId {
        let expires_at = self.next_time().plus(ORDER_MS);
        self.ordered(court_order(judge, target, expires_at))
    }

    /// Has an order settle, signed by its judge.
    pub fn ordered(&mut self, order: CourtOrder) -> OrderId {
        let judge = order.judge;
        self.done_by_judge(TxKind::CourtOrder(Box::new(order)), judge).id.into()
    }

    /// A transaction signed by one key.
    pub fn tx_by(&mut self, kind: TxKind, signer: &SecretKey) -> PreparedTx {
        PreparedTx::verify(self.body(kind).sign(&[signer as &dyn Signer]), &Ed25519)
    }

    /// Has a transaction by this key completed, or fails the test.
    pub fn done_by(&mut self, kind: TxKind, signer: &SecretKey) -> PreparedTx {
        let tx = self.tx_by(kind, signer);
        assert_eq!(self.state.precheck(&tx, self.next_time()), Ok(()), "at the door");
        assert_eq!(self.apply(std::slice::from_ref(&tx)), [Outcome::Completed]);
        tx
    }

    /// Has a judge's transaction completed, or fails the test.
    pub fn done_by_judge(&mut self, kind: TxKind, judge: JudgeId) -> PreparedTx {
        self.done_by(kind, &judge_key(judge))
    }

    /// Has a custodian's transaction completed, or fails the test.
    pub fn done_by_holder(&mut self, kind: TxKind, holder: Holder) -> PreparedTx {
        self.done_by(kind, &holder_key(holder))
    }

    /// Has a judge's transaction refused for this reason, or fails the test.
    pub fn refused_by_judge(&mut self, kind: TxKind, judge: JudgeId, reason: Reason) {
        let tx = self.tx_by(kind, &judge_key(judge));
        self.assert_refused(&tx, reason);
    }

    /// Has a custodian's transaction refused for this reason, or fails the test.
    pub fn refused_by_holder(&mut self, kind: TxKind, holder: Holder, reason: Reason) {
        let tx = self.tx_by(kind, &holder_key(holder));
        self.assert_refused(&tx, reason);
    }

    /// Whether a payment of ten rupees from this session to that one completes; it is made.
    pub fn pays(&mut self, from: (u16, SessionId), to: (u16, SessionId)) -> Outcome {
        debug_assert_eq!(session_key().public_key(), self.state.session(&from.1).expect("opened").key);
        let transfer = self.transfer(from, to, 1_000);
        let tx = self.session_tx(TxKind::Transfer(transfer));
        self.apply(std::slice::from_ref(&tx))[0]
    }

    /// Commits an empty block this much later than the last.
    pub fn pass_time(&mut self, ms: u64) {
        self.pause_ms = ms;
        self.apply(&[]);
        self.pause_ms = 1_000;
    }
}
