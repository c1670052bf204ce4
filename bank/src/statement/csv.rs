//! CSV (RFC 4180): a header, the opening balance, a row a line, the closing balance.
//!
//! One rule of quoting: every field stands in double quotes, a double quote inside is doubled, rows end
//! with CR LF. Every row names bank, account and currency, so that a row is whole by itself wherever it
//! is copied. A text that a spreadsheet would take for a formula begins with an apostrophe.

use super::model::{Line, Statement};
use super::text::{instant, memo, other_side};
use idx_types::Paise;

/// The columns, in order; docs/api.md explains them.
const COLUMNS: [&str; 14] = [
    "entry",
    "booked_at",
    "kind",
    "debit",
    "credit",
    "fee",
    "balance",
    "counterparty",
    "transaction_id",
    "height",
    "bank",
    "account",
    "currency",
    "memo",
];

/// What spreadsheets begin a formula with, in narrow and in wide form.
const FORMULA_STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

pub(super) fn write(statement: &Statement) -> Vec<u8> {
    let head = statement.head();
    let mut out = String::new();
    row(&mut out, &COLUMNS.map(str::to_owned));
    let ends = |kind: &str, at: String, balance: Paise| {
        let text = [String::new(), at, kind.to_owned(), String::new(), String::new(), String::new()];
        let rest = [balance.to_string(), String::new(), String::new(), String::new()];
        [text.as_slice(), &rest].concat()
    };
    let of_account = [head.bank.to_string(), head.account.expose().to_owned(), head.currency.to_string()];
    let mut put = |fields: Vec<String>, memo: &str| {
        row(&mut out, &[fields.as_slice(), &of_account, &[harmless(memo)]].concat());
    };
    put(ends("OPENING", instant(head.from.start()), statement.opening()), "");
    for line in statement.lines() {
        put(fields(line), memo(line));
    }
    put(ends("CLOSING", instant(head.made_at.min(head.to.end())), statement.closing()), "");
    out.into_bytes()
}

fn fields(line: &Line) -> Vec<String> {
    let movement = &line.movement;
    let (is_credit, total) = (movement.flow.is_credit(), line.total.to_string());
    vec![
        line.number.to_string(),
        instant(movement.time),
        movement.flow.name().to_owned(),
        if is_credit { String::new() } else { total.clone() },
        if is_credit { total } else { String::new() },
        movement.flow.fee().to_string(),
        line.balance.to_string(),
        harmless(&other_side(line)),
        movement.id.to_string(),
        movement.height.to_string(),
    ]
}

fn harmless(text: &str) -> String {
    if text.starts_with(FORMULA_STARTS) { format!("'{text}") } else { text.to_owned() }
}

fn row(out: &mut String, fields: &[String]) {
    let quoted: Vec<String> =
        fields.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
    out.push_str(&quoted.join(","));
    out.push_str("\r\n");
}
