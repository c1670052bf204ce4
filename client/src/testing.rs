//! A small made-up network of six banks, for tests of this and other crates.

use crate::encoding::Hex;
use crate::order_file::{OrderFile, Shown};
use crate::views::{
    CourtOrderView, DeedView, EnvelopeView, HolderView, JudgeView, OrderFileView, OrderStatusView,
    OrderStepView, OrderView,
};
use idx_crypto::{Hash32, SecretKey, Signer};
use idx_types::block::{BLOCK_VERSION, body_hash, outcomes_hash, tx_root};
use idx_types::testing::{self, TEST_DAY, chain_id, court_order, hpke_secret, key};
use idx_types::tx::{OrderTarget, TX_VERSION, TxBody};
use idx_types::wire::CertifiedHeight;
use idx_types::{
    AccountHandle, ApprovalCertificate, Bank, BankId, CommitCertificate, Height, JudgeId, NetworkKey,
    OrderId, Outcome, Paise, PrivateBlock, PrivateHash, PrivateHeader, PublicBlock, PublicHash, PublicHeader,
    Round, SessionId, Signed, TimestampMs, Transaction, TxHash, TxId, TxKind, ValidatorSet, Verdict,
    Verdicts,
};

/// Short names of the six banks, by number.
pub const CODES: [&str; 6] = ["HDFC", "ICICI", "SBI", "AXIS", "KOTAK", "YES"];

/// The consensus key of a bank.
pub fn bank_key(bank: usize) -> SecretKey {
    key(u8::try_from(bank + 1).expect("there are six banks"))
}

/// The six banks.
pub fn banks() -> ValidatorSet {
    let bank = |(i, code): (usize, &&str)| Bank {
        id: BankId(u16::try_from(i).expect("there are six banks")),
        code: code.parse().expect("the codes are sound"),
        consensus_key: bank_key(i).public_key(),
        network_key: NetworkKey([i as u8 + 1; 32]),
        hpke_key: Hash32([i as u8 + 1; 32]),
        stake: Paise(100_000_000),
    };
    ValidatorSet::new(CODES.iter().enumerate().map(bank).collect()).expect("the banks are sound")
}

/// A deposit at bank 0, different for each nonce.
pub fn deposit(nonce: u64) -> Transaction {
    let kind = TxKind::Deposit(testing::cash(BankId(0), AccountHandle([7; 32]), Paise(500)));
    let (created_at, valid_until) = (TimestampMs(1_000), TimestampMs(60_000));
    let body = TxBody { version: TX_VERSION, chain_id: chain_id(), created_at, valid_until, nonce, kind };
    body.sign(&[&bank_key(0)])
}

/// A final height with these transactions and outcomes: approved by banks 0 to 4, committed by 0 to 3.
pub fn certified(height: u64, transactions: Vec<Transaction>, outcomes: Vec<Outcome>) -> CertifiedHeight {
    let header = public_header(height, &transactions);
    let certificate = approvals(&header, &outcomes);
    let private = PrivateHeader {
        version: BLOCK_VERSION,
        chain_id: chain_id(),
        height: Height(height),
        public_hash: header.hash(),
        parent_private: header.parent_private,
        certificate_hash: certificate.hash(),
        outcomes_hash: outcomes_hash(&outcomes),
        state_root: Hash32([9; 32]),
        body_hash: body_hash(&[]),
        mining_ms: 10,
    };
    let commit = commit(Height(height), private.hash());
    let private = PrivateBlock { header: private, certificate, outcomes, body: vec![] };
    CertifiedHeight { public: PublicBlock { header, transactions }, private, commit }
}

fn public_header(height: u64, transactions: &[Transaction]) -> PublicHeader {
    let hashes: Vec<TxHash> = transactions.iter().map(Transaction::hash).collect();
    let mut header = PublicHeader {
        version: BLOCK_VERSION,
        chain_id: chain_id(),
        height: Height(height),
        round: Round::ZERO,
        miner: BankId(0),
        parent_public: PublicHash([1; 32]),
        parent_private: PrivateHash([2; 32]),
        tx_root: tx_root(&hashes),
        validator_set_hash: banks().hash(),
        timestamp: TimestampMs(1_700_000_000_000 + height),
        difficulty: 4,
        nonce: 0,
    };
    while Hash32(header.hash().0).leading_zero_bits() < 4 {
        header.nonce += 1;
    }
    header
}

fn approvals(header: &PublicHeader, outcomes: &[Outcome]) -> ApprovalCertificate {
    let verdict = |outcome: &Outcome| match outcome {
        Outcome::Failed(reason) => Verdict::Reject(*reason),
        Outcome::Completed | Outcome::Deferred => Verdict::Approve,
    };
    let verdicts: Vec<Verdict> = outcomes.iter().map(verdict).collect();
    let (chain_id, height, block) = (header.chain_id, header.height, header.hash());
    let signed = |i: usize| {
        let bank = BankId(i as u16);
        Signed::new(Verdicts { chain_id, height, block, bank, verdicts: verdicts.clone() }, &bank_key(i))
    };
    ApprovalCertificate { block, verdicts: (0..5).map(signed).collect() }
}

/// A commit certificate of banks 0 to 3 for a value.
pub fn commit(height: Height, value: PrivateHash) -> CommitCertificate {
    let mut certificate = CommitCertificate { height, round: Round::ZERO, value, signatures: vec![] };
    for i in 0..4 {
        let bank = BankId(i as u16);
        let vote = certificate.vote_of(chain_id(), bank);
        certificate.signatures.push((bank, Signed::new(vote, &bank_key(i)).signature));
    }
    certificate
}

/// A judge.
pub fn judge_view() -> JudgeView {
    JudgeView {
        id: JudgeId(1),
        name: "A. Rao, High Court of Delhi".to_owned(),
        signing_key: Hex(key(90).public_key()),
        hpke_key: Hex(hpke_secret(90).public()),
        active_from: Height(1),
        retired_from: None,
    }
}

/// An order of that judge for a session, to which the company released its half.
pub fn order_view() -> OrderView {
    let session = SessionId([1; 32]);
    let target = OrderTarget::Session { session, bank: BankId(2) };
    let asked = court_order(JudgeId(1), target, TimestampMs(86_400_000));
    let step = |height, deed| OrderStepView { height: Height(height), tx: Some(Hex(TxId([2; 32]))), deed };
    let envelope = EnvelopeView::Session(session);
    OrderView {
        id: Hex(OrderId([2; 32])),
        status: OrderStatusView::Active,
        created_at: TimestampMs(1).into(),
        order: CourtOrderView::new(&asked, &banks()),
        accounts_frozen: 1,
        steps: vec![
            step(2, DeedView::Approved),
            step(3, DeedView::Shared { holder: HolderView::Company, envelope }),
        ],
    }
}

/// What a bank shows for an order: one transaction, sealed to the judge.
pub fn order_file_view(order: OrderId) -> OrderFileView {
    let file = OrderFile { shown: vec![Shown { height: Height(2), tx: deposit(2) }] };
    let to = hpke_secret(90).public();
    OrderFileView {
        order: Hex(order),
        as_of: Height(3),
        day: TEST_DAY,
        to: Hex(to),
        sealed: file.seal(&to, order, &[7; 32]),
    }
}
