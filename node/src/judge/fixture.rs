//! A made-up identity on the ledger, its custodians, and what they release; for tests.

use crate::pay::identity::made_up;
use crate::pay::row::Party;
use idx_bank::rebuild::PrivateRecord;
use idx_bank::{IdentityContext, IdentityRecord};
use idx_client::{OrderFile, Shown};
use idx_crypto::{Envelope, Half, HpkeSecret, Recipients, Signer, company_day_key, seal_half_to};
use idx_types::testing::{TEST_DAY, chain_id, concealed, hpke_secret, judge, key};
use idx_types::tx::{OpenAccount, OpenSession, OrderIdentity, OrderShare, TX_VERSION, TxBody};
use idx_types::{
    AccountHandle, BankId, Concealed, Currency, Height, Holder, JudgeId, NetworkDay, OrderId, SessionId,
    TimestampMs, Transaction, TxKind,
};

/// The company's master secret.
pub const MASTER: [u8; 32] = [9; 32];

/// The order of all these tests.
pub const ORDER: OrderId = OrderId([4; 32]);

/// The home bank.
pub const HOME: BankId = BankId(3);

/// Noon of the day on which everything is made.
pub fn noon() -> TimestampMs {
    TEST_DAY.start().plus(43_200_000)
}

/// The regulator's key.
pub fn regulator() -> HpkeSecret {
    hpke_secret(251)
}

/// The key to which shares of [`ORDER`] are sealed.
pub fn reading() -> HpkeSecret {
    let secret = hpke_secret(221);
    assert_eq!(secret.public(), judge(JudgeId(1)).hpke_key);
    secret
}

fn recipients(day: NetworkDay) -> Recipients {
    Recipients {
        home: hpke_secret(4).public(),
        company: company_day_key(&MASTER, day.0).public(),
        regulators: vec![regulator().public()],
    }
}

/// Signs a transaction of noon.
pub fn tx(kind: TxKind) -> Transaction {
    let (created_at, valid_until) = (noon(), noon().plus(600_000));
    let body = TxBody { version: TX_VERSION, chain_id: chain_id(), created_at, valid_until, nonce: 1, kind };
    body.sign(&[&key(4)])
}

/// The record of a session, or of an account if there is none.
pub fn record(number: u8, session: Option<SessionId>) -> IdentityRecord {
    let party = Party { bank: "AXIS".parse().unwrap(), account: format!("50100000{number:04}") };
    made_up(&party, AccountHandle([number; 32]), session)
}

/// The opening of an account, or of a session of it, as banks see it: a real envelope.
pub fn opening(number: u8, session: Option<SessionId>) -> Transaction {
    let handle = AccountHandle([number; 32]);
    let context = IdentityContext { chain_id: chain_id(), bank: HOME, handle, session };
    let sealed = record(number, session).seal(&context, &recipients(TEST_DAY), &[number; 32]).unwrap();
    opening_with(number, session, sealed)
}

/// The same with any envelope.
pub fn opening_with(number: u8, session: Option<SessionId>, envelope: Envelope) -> Transaction {
    let handle = concealed(AccountHandle([number; 32]));
    let identity = Concealed::new(envelope, [number + 1; 32]);
    tx(match session {
        Some(session) => {
            let (bank, key, expires_at) = (HOME, key(7).public_key(), TEST_DAY.end());
            TxKind::OpenSession(OpenSession { bank, session, handle, key, expires_at, identity })
        }
        None => TxKind::OpenAccount(OpenAccount { bank: HOME, handle, currency: Currency::Inr, identity }),
    })
}

/// The envelope in an opening, and what it belongs to.
pub fn sealed(opening: &Transaction) -> PrivateRecord {
    PrivateRecord::of(Height(1), opening).unwrap()
}

/// A holder's half of the envelope in an opening.
pub fn half(holder: Holder, opening: &Transaction) -> Half {
    let PrivateRecord { context, envelope, .. } = sealed(opening);
    let opened = match holder {
        Holder::Company => {
            envelope.open_company_half(&company_day_key(&MASTER, TEST_DAY.0), &context.digest())
        }
        Holder::Regulator(_) => envelope.open_regulator_half(&regulator(), &context.digest()),
    };
    opened.unwrap()
}

/// What names the envelope of an opening.
pub fn identity(opening: &Transaction) -> OrderIdentity {
    let context = sealed(opening).context;
    match context.session {
        Some(session) => OrderIdentity::Session(session),
        None => OrderIdentity::Account(Concealed::new(context.handle, [8; 32])),
    }
}

/// A share of a half for an order.
pub fn share(order: OrderId, holder: Holder, opening: &Transaction, half: &Half) -> OrderShare {
    let half = seal_half_to(&reading().public(), half, &order.digest(), &[6; 32]);
    OrderShare { order, holder, identity: identity(opening), half }
}

/// A file of these transactions.
pub fn file(transactions: impl IntoIterator<Item = Transaction>) -> OrderFile {
    let shown = transactions.into_iter().map(|tx| Shown { height: Height(1), tx }).collect();
    OrderFile { shown }
}

/// A share as a transaction.
pub fn share_tx(share: OrderShare) -> Transaction {
    tx(TxKind::OrderShare(Box::new(share)))
}
