//! The worked example of document 1.3, and every way a transfer can be refused.

mod abroad;

use crate::posting::Posting;
use crate::system::system_handle;
use crate::testing::{STAKE, World, session_key};
use idx_crypto::Ed25519;
use idx_types::params::DAY_MS;
use idx_types::testing::{acceptance, concealed, key};
use idx_types::tx::Transfer;
use idx_types::{
    Acceptance, AccountHandle, AccountKind, BankId, Currency, Decision, Outcome, Paise, PreparedTx, Reason,
    SessionId, TimestampMs, TxBody, TxKind,
};

const HDFC: u16 = 0;
const ICICI: u16 = 1;

/// A payer at HDFC and a receiver at ICICI, each with a session.
struct Pair {
    world: World,
    payer: AccountHandle,
    receiver: AccountHandle,
    from: SessionId,
    to: SessionId,
}

impl Pair {
    fn new(paise: u64) -> Self {
        let mut world = World::new(6);
        let (payer, receiver) = (world.account(HDFC, paise), world.account(ICICI, 0));
        let (from, to) = (world.session(HDFC, payer), world.session(ICICI, receiver));
        Self { world, payer, receiver, from, to }
    }

    fn ask(&self, paise: u64) -> Transfer {
        self.world.transfer((HDFC, self.from), (ICICI, self.to), paise)
    }

    fn tx(&mut self, paise: u64) -> PreparedTx {
        let ask = self.ask(paise);
        self.world.session_tx(TxKind::Transfer(ask))
    }

    fn refused(&mut self, change: impl FnOnce(&mut Transfer), reason: Reason) {
        let mut ask = self.ask(100_000);
        change(&mut ask);
        let tx = self.world.session_tx(TxKind::Transfer(ask));
        self.world.assert_refused(&tx, reason);
    }

    fn of_banks(&self, kind: AccountKind) -> Vec<u64> {
        (0..6).map(|bank| self.world.balance(&system_handle(BankId(bank), kind)).0).collect()
    }
}

/// Document 1.3: Rs 5,000.00 from HDFC to ICICI costs 5,075.00; the receiver gets 5,000.00, the miner
/// 25.00, the banks 50.00 as 8.33 each with the last two paise given out from `height mod 6`.
#[test]
fn worked_example() {
    let mut pair = Pair::new(507_500);
    pair.world.miner = BankId(3);
    pair.world.advance_to(14);
    let tx = pair.tx(500_000);
    assert_eq!(pair.world.apply(&[tx]), [Outcome::Completed]);
    assert_eq!(pair.world.state.tip().height.0 % 6, 3);
    assert_eq!(pair.world.balance(&pair.payer), Paise::ZERO);
    assert_eq!(pair.world.balance(&pair.receiver), Paise(500_000));
    assert_eq!(pair.of_banks(AccountKind::MinerRewards), [0, 0, 0, 2_500, 0, 0]);
    assert_eq!(pair.of_banks(AccountKind::BankFees), [833, 833, 833, 834, 834, 833]);
}

/// The money total of the worked example, counted from scratch: nothing appears, nothing is lost.
#[test]
fn worked_example_money_total() {
    let mut pair = Pair::new(507_500);
    let issued = 6 * (1_000_000_000_000 + u128::from(STAKE.0));
    assert_eq!(pair.world.state.recount(), [(Currency::Inr, issued)]);
    let tx = pair.tx(500_000);
    pair.world.apply(&[tx]);
    assert_eq!(pair.world.state.recount(), [(Currency::Inr, issued)]);
}

/// The three vote scenarios of document 1.3 as the ledger sees them. 4 of 6 with both involved passes;
/// without HDFC, and with 2 of 6, it fails; with HDFC silent it waits.
#[test]
fn worked_example_vote_scenarios() {
    use Decision::{Defer, Fail, Pass};
    let table = [
        ("4 of 6 with both involved", Pass, Outcome::Completed, 500_000),
        ("5 of 6 without HDFC", Fail(Reason::RejectedByPolicy), Outcome::Failed(Reason::RejectedByPolicy), 0),
        ("2 of 6", Fail(Reason::TooFewApprovals), Outcome::Failed(Reason::TooFewApprovals), 0),
        ("HDFC silent", Defer, Outcome::Deferred, 0),
    ];
    for (votes, decision, outcome, received) in table {
        let mut pair = Pair::new(507_500);
        let tx = pair.tx(500_000);
        assert_eq!(pair.world.apply_decided(std::slice::from_ref(&tx), &[decision]), [outcome], "{votes}");
        assert_eq!(pair.world.balance(&pair.receiver), Paise(received), "{votes}");
        assert_eq!(pair.world.state.is_settled(&tx.id), outcome.is_final(), "{votes}");
        let again = pair.world.apply(&[tx]);
        let expected =
            if outcome.is_final() { Outcome::Failed(Reason::Replayed) } else { Outcome::Completed };
        assert_eq!(again, [expected], "{votes}");
    }
}

#[test]
fn postings_show_who_paid_whom() {
    let mut pair = Pair::new(507_500);
    let tx = pair.tx(500_000);
    let execution = pair.world.state.execute(&pair.world.header(), &[tx], &[Decision::Pass]);
    let postings = execution.postings(0);
    let of = |account| postings.iter().find(|posting| posting.account == account).map(|p| p.change);
    assert_eq!((of(pair.payer), of(pair.receiver)), (Some(-507_500), Some(500_000)));
    assert_eq!(postings.len(), 2 + 1 + 6);
    assert_eq!(postings.iter().map(|posting: &Posting| posting.change).sum::<i128>(), 0);
    assert_eq!(execution.block_fees().total, Paise(7_500));
    assert!(execution.postings(1).is_empty() && execution.closing_postings().is_empty());
}

#[test]
fn earlier_ones_in_a_block_can_leave_later_ones_without_funds() {
    let mut pair = Pair::new(507_500);
    let (first, second) = (pair.tx(500_000), pair.tx(500_000));
    let outcomes = pair.world.apply(&[first, second]);
    assert_eq!(outcomes, [Outcome::Completed, Outcome::Failed(Reason::InsufficientFunds)]);
    assert_eq!(pair.world.balance(&pair.receiver), Paise(500_000));
}

fn to(transfer: &mut Transfer) -> &mut Acceptance {
    transfer.accepted.as_mut().unwrap()
}

/// An intent is no transfer yet, and a public form says too little for a bank.
#[test]
fn refusals_of_what_is_not_whole() {
    let mut pair = Pair::new(10_000_000);
    let ask = pair.ask(100_000);
    let whole = pair.world.body(TxKind::Transfer(ask.clone()));
    let intent = pair.world.body(TxKind::Transfer(Transfer { accepted: None, ..ask }));
    let intent = PreparedTx::verify(intent.sign(&[&session_key()]), &Ed25519);
    pair.world.assert_refused(&intent, Reason::NotAccepted);
    let public = whole.sign(&[&session_key(), &session_key()]).redacted();
    pair.world.assert_refused(&PreparedTx::verify(public, &Ed25519), Reason::Concealed);
}

/// One intent, accepted for two accounts: the first to settle is the only one.
#[test]
fn an_intent_settles_once_whoever_accepts() {
    let mut pair = Pair::new(10_000_000);
    let (other, ask) = (pair.world.account(ICICI, 0), pair.ask(100_000));
    let session = pair.world.session(ICICI, other);
    let intent =
        pair.world.body(TxKind::Transfer(Transfer { accepted: None, ..ask })).sign(&[&session_key()]);
    let accept = |to| {
        let choice = acceptance(to, BankId(ICICI));
        PreparedTx::verify(intent.clone().accept(choice, &session_key()).unwrap(), &Ed25519)
    };
    let (first, second) = (accept(pair.to), accept(session));
    let outcomes = pair.world.apply(&[first, second]);
    assert_eq!(outcomes, [Outcome::Completed, Outcome::Failed(Reason::Replayed)]);
    assert_eq!(pair.world.balance(&other), Paise::ZERO);
}

#[test]
fn refusals_by_content() {
    let mut pair = Pair::new(10_000_000);
    let (from, receiver) = (pair.from, pair.to);
    let twin = pair.world.session(HDFC, pair.payer);
    let unknown = SessionId([9; 32]);
    let most = pair.world.state.params().max_transfer.0;
    pair.refused(|t| t.from_bank = BankId(9), Reason::UnknownBank);
    pair.refused(|t| to(t).to_bank = BankId(9), Reason::UnknownBank);
    pair.refused(|t| t.from = unknown, Reason::UnknownSession);
    pair.refused(|t| to(t).to = unknown, Reason::UnknownSession);
    pair.refused(|t| t.from_bank = BankId(ICICI), Reason::WrongHomeBank);
    pair.refused(|t| to(t).to_bank = BankId(HDFC), Reason::WrongHomeBank);
    pair.refused(|t| *to(t) = acceptance(from, BankId(HDFC)), Reason::SameAccount);
    pair.refused(|t| *to(t) = acceptance(twin, BankId(HDFC)), Reason::SameAccount);
    pair.refused(|t| t.amount = Paise(99), Reason::AmountTooSmall);
    pair.refused(|t| t.amount = Paise(most + 1), Reason::AmountTooLarge);
    pair.refused(|t| t.fee = Paise(t.fee.0 - 1), Reason::FeeMismatch);
    pair.refused(|t| t.fee = Paise(t.fee.0 + 1), Reason::FeeMismatch);
    pair.refused(
        |t| {
            (t.from, t.from_bank) = (receiver, BankId(ICICI));
            *to(t) = acceptance(from, BankId(HDFC));
        },
        Reason::InsufficientFunds,
    );
    let mut short = pair.ask(9_900_000);
    short.fee = pair.world.state.fee_quote(short.amount).unwrap().total;
    let tx = pair.world.session_tx(TxKind::Transfer(short));
    pair.world.assert_refused(&tx, Reason::InsufficientFunds);
}

/// Sender and receiver sign with their sessions' keys, in this order (fault 42).
#[test]
fn refusals_by_signature() {
    let mut pair = Pair::new(10_000_000);
    let (right, wrong) = (session_key(), key(7));
    let ask = pair.ask(100_000);
    for (signers, reason) in [
        (vec![&right, &wrong], Reason::WrongSigner),
        (vec![&wrong, &right], Reason::WrongSigner),
        (vec![&right], Reason::BadSignature),
        (vec![&right, &right, &right], Reason::BadSignature),
        (vec![], Reason::BadSignature),
    ] {
        let body = pair.world.body(TxKind::Transfer(ask.clone()));
        let signers: Vec<_> = signers.into_iter().map(|key| key as &dyn idx_crypto::Signer).collect();
        let tx = PreparedTx::verify(body.sign(&signers), &Ed25519);
        pair.world.assert_refused(&tx, reason);
    }
    let body = pair.world.body(TxKind::Transfer(ask));
    let vouched = PreparedTx::vouch(body.sign(&[&right]));
    pair.world.assert_refused(&vouched, Reason::WrongSigner);
}

#[test]
fn frozen_and_closed_accounts_neither_send_nor_receive() {
    for (bank, receiving) in [(HDFC, false), (ICICI, true)] {
        let mut pair = Pair::new(10_000_000);
        let account = if receiving { pair.receiver } else { pair.payer };
        let freeze = pair.world.freeze(bank, account);
        pair.world.done(freeze, bank);
        pair.refused(|_| (), Reason::AccountFrozen);
    }
    let mut pair = Pair::new(10_000_000);
    let close = idx_types::tx::AccountRef { bank: BankId(ICICI), handle: concealed(pair.receiver) };
    pair.world.done(TxKind::CloseAccount(close), ICICI);
    pair.refused(|_| (), Reason::AccountClosed);
}

/// Document 3.2: what was signed inside the session may settle after it, until its own `valid_until`;
/// what was made after the session's end may not.
#[test]
fn an_intent_outlives_its_session_but_is_not_made_after_it() {
    let mut pair = Pair::new(10_000_000);
    let ends = pair.world.state.session(&pair.from).unwrap().expires_at;
    let at = |created: TimestampMs| {
        move |body: &mut TxBody| {
            body.created_at = created;
            body.valid_until = created.plus(DAY_MS);
        }
    };
    let last_moment = pair.signed(at(TimestampMs(ends.0 - 1)));
    let too_late = pair.signed(at(ends));
    let now = ends.plus(DAY_MS / 2);
    assert_eq!(pair.world.state.precheck(&last_moment, now), Ok(()));
    assert_eq!(pair.world.state.precheck(&last_moment, ends.plus(DAY_MS - 1)), Ok(()));
    assert_eq!(pair.world.state.precheck(&last_moment, ends.plus(DAY_MS)), Err(Reason::Expired));
    assert_eq!(pair.world.state.precheck(&too_late, now), Err(Reason::SessionExpired));
}

impl Pair {
    fn signed(&mut self, change: impl FnOnce(&mut TxBody)) -> PreparedTx {
        let ask = self.ask(100_000);
        let mut body = self.world.body(TxKind::Transfer(ask));
        change(&mut body);
        let signer = session_key();
        PreparedTx::verify(body.sign(&[&signer, &signer]), &Ed25519)
    }
}
