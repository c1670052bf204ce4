//! Statements: that they add up or are not made, and what the documents hold.

mod documents;
mod sums;

use super::*;
use crate::AccountNumber;
use idx_types::{Currency, Height, NetworkDay, Paise, SessionId, TimestampMs, TxId};

/// 14 November 2023, noon.
const NOON: TimestampMs = TimestampMs(19_675 * 86_400_000 + 43_200_000);

fn head() -> Head {
    let account: AccountNumber = "501000000001".parse().unwrap();
    Head {
        bank: "HDFC".parse().unwrap(),
        account,
        currency: Currency::Inr,
        from: NetworkDay(19_675),
        to: NetworkDay(19_680),
        as_of: Height(1_234),
        made_at: NOON.plus(5 * 86_400_000),
    }
}

fn session(n: u8) -> SessionId {
    SessionId([n; 32])
}

fn movement(height: u64, flow: Flow, amount: u64) -> Movement {
    let id = TxId([height as u8; 32]);
    Movement {
        height: Height(height),
        index: 3,
        time: NOON.plus(height * 1_001),
        id,
        flow,
        amount: Paise(amount),
    }
}

fn sent(contact: Option<&str>, fee: u64) -> Flow {
    let contact = contact.map(|name| name.parse().unwrap());
    Flow::Sent { to: session(0xab), contact, memo: None, fee: Paise(fee) }
}

/// The same with the owner's words.
fn noted(flow: Flow, words: &str) -> Flow {
    match flow {
        Flow::Sent { to, contact, fee, .. } => {
            Flow::Sent { to, contact, memo: Some(words.parse().unwrap()), fee }
        }
        other => other,
    }
}

fn changed(is_credit: bool, fee: u64) -> Flow {
    Flow::Changed { with: "CITI_USA".parse().unwrap(), is_credit, fee: Paise(fee) }
}

fn recorded(height: u64, balance: u64) -> Recorded {
    Recorded { height: Height(height), balance: Paise(balance) }
}

/// A statement with a line of each kind, and names that try to break the documents.
fn sample() -> Statement {
    let movements = vec![
        movement(10, Flow::Deposit, 1_000_000),
        movement(11, sent(Some("=HYPERLINK(\"http://x\",\"y\")"), 1_500), 100_000),
        movement(12, noted(sent(Some("आशा राव & <Sons>"), 75), "+rent <May> & \"June\""), 5_000),
        movement(12, Flow::Received { from: session(0xcd) }, 12_345),
        movement(14, Flow::Withdrawal, 200_000),
        movement(15, sent(None, 0), 1),
        movement(16, changed(false, 150), 99_850),
        movement(17, changed(true, 0), 40_000),
    ];
    let marks = [
        recorded(10, 1_050_000),
        recorded(11, 948_500),
        recorded(12, 955_770),
        recorded(14, 755_770),
        recorded(15, 755_769),
        recorded(16, 655_769),
        recorded(17, 695_769),
    ];
    Statement::new(head(), Paise(50_000), &marks, movements).unwrap()
}

/// A statement of so many lines.
fn long(lines: u64) -> Statement {
    let movements = (1..=lines).map(|height| movement(height, Flow::Deposit, 100)).collect();
    let marks: Vec<Recorded> = (1..=lines).map(|height| recorded(height, 100 * height)).collect();
    Statement::new(head(), Paise(0), &marks, movements).unwrap()
}
