//! Transfers of a sound file: which are orders, and which rule refuses the others.

use super::*;
use crate::desk::Recipient;

/// What a file of one transfer, altered, comes to.
fn order(transfer: &str, alter: impl Fn(String) -> String) -> Result<Order, LineFault> {
    let text = alter(file("1", "10.5", transfer));
    let read = Initiation::read(text.as_bytes()).unwrap();
    read.order(&read.transfers[0], &NUMBER.parse().unwrap(), TODAY)
}

fn same(text: String) -> String {
    text
}

#[test]
fn the_receiver_is_an_idx_or_a_contact() {
    let idx = bilal();
    let other = format!("<CdtrAcct><Id><Othr><Id>{idx}</Id></Othr></Id></CdtrAcct>");
    let named = format!("<CdtrAcct><Id><Othr><Id>1</Id></Othr></Id><Nm>{idx}</Nm></CdtrAcct>");
    for creditor in [by_proxy(), other, named, by_name(&idx)] {
        let found = order(&transfer("E", "10.50", &creditor), same).unwrap();
        assert!(matches!(found.to, Recipient::Idx(found) if found.to_string() == idx), "{creditor}");
        assert_eq!(found.amount.0, 1_050);
    }
    for (name, nickname) in [("Bilal", "Bilal"), ("A &amp; B", "A & B"), (" <![CDATA[आशा]]> ", "आशा")]
    {
        let found = order(&transfer("E", "10.50", &by_name(name)), same).unwrap();
        assert!(matches!(&found.to, Recipient::Contact(found) if found.expose() == nickname), "{name}");
    }
}

#[test]
fn each_rule_refuses_by_itself() {
    let good = transfer("E", "10.50", &by_name("Bilal"));
    let iban = format!("<Othr><Id>{NUMBER}</Id></Othr>");
    let table: [(LineFault, &str, &str); 11] = [
        (LineFault::Method, "TRF", "CHK"),
        (LineFault::Debtor, NUMBER, "501000000002"),
        (LineFault::Debtor, &iban, "<IBAN>LT007180000000000000</IBAN>"),
        (LineFault::Currency, "\"INR\"", "\"EUR\""),
        (LineFault::Currency, "\"INR\"", "\"inr\""),
        (LineFault::Date, "<Dt>2023-11-14</Dt>", "<Dt>2023-11-15</Dt>"),
        (LineFault::Date, "<Dt>2023-11-14</Dt>", "<Dt>soon</Dt>"),
        (LineFault::Date, "<ReqdExctnDt><Dt>2023-11-14</Dt></ReqdExctnDt>", ""),
        (LineFault::Recipient, "Bilal", "IDX_12"),
        (LineFault::Recipient, "<Cdtr><Nm>Bilal</Nm></Cdtr>", ""),
        (LineFault::Recipient, "Bilal", "A name of more than forty characters in all, truly"),
    ];
    assert!(order(&good, same).is_ok());
    for (expected, from, to) in table {
        assert_eq!(order(&good, |text| text.replace(from, to)).unwrap_err(), expected, "{to}");
    }
    for (amount, sum) in
        [("0", "0"), ("0.00", "0"), ("10.505", "10.505"), ("999999999999999999", "999999999999999999")]
    {
        let refused =
            order(&transfer("E", amount, &by_name("B")), |text| text.replace("10.5<", &format!("{sum}<")));
        assert_eq!(refused.unwrap_err(), LineFault::Amount, "{amount}");
    }
    assert!(
        order(&good, |text| text.replace("2023-11-14</Dt>", "2023-11-13</Dt>")).is_ok(),
        "late is not never"
    );
    let timed = "<DtTm>2023-11-14T23:00:00Z</DtTm>";
    assert!(order(&good, |text| text.replace("<Dt>2023-11-14</Dt>", timed)).is_ok());
}

#[test]
fn a_transfer_is_known_again_by_message_and_end_to_end_id() {
    let mark = |id: &str, amount: &str, message: &str| {
        let text = file("1", amount, &transfer(id, amount, &by_name("Bilal"))).replace("M-1", message);
        let read = Initiation::read(text.as_bytes()).unwrap();
        read.order(&read.transfers[0], &NUMBER.parse().unwrap(), TODAY).unwrap().mark
    };
    let first = mark("E-1", "5.00", "M-1");
    assert_eq!(mark("E-1", "5", "M-1"), first);
    assert_ne!(mark("E-2", "5.00", "M-1").key, first.key);
    assert_ne!(mark("E-1", "5.00", "M-2").key, first.key);
    let altered = mark("E-1", "5.01", "M-1");
    assert!(altered.key == first.key && altered.request != first.request);
}

#[test]
fn an_id_that_stands_twice_is_paid_once() {
    let twice =
        transfer("NOTPROVIDED", "1", &by_name("Bilal")) + &transfer("NOTPROVIDED", "2", &by_name("Chitra"));
    let read = Initiation::read(file("2", "3", &twice).as_bytes()).unwrap();
    let orders: Vec<_> = read
        .transfers
        .iter()
        .map(|transfer| read.order(transfer, &NUMBER.parse().unwrap(), TODAY).map(|_| transfer.line))
        .collect();
    assert_eq!(orders, [Ok(5), Err(LineFault::Repeated)]);
    assert!(!format!("{read:?} {:?}", read.transfers).contains("Bilal"));
}
