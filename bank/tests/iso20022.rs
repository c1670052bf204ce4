//! The documents against what others made: the official schemas (IDX_DATA_DIR and xmllint), a reader of
//! PDF (pdftotext), and the balances that a bank recorded of real accounts.

use idx_bank::Memo;
use idx_bank::pain001::Initiation;
use idx_bank::statement::{Flow, Format, Head, Movement, Recorded, Statement, Unexplained};
use idx_types::{Currency, Height, NetworkDay, Paise, SessionId, TxId};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of real data, or a word that the test is skipped.
fn data() -> Option<PathBuf> {
    let found = std::env::var_os("IDX_DATA_DIR").map(PathBuf::from);
    if found.is_none() {
        println!("skipped: IDX_DATA_DIR is not set");
    }
    found
}

fn has(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok();
    if !there {
        println!("skipped: {program} is not installed");
    }
    there
}

fn head(account: &str, days: (NetworkDay, NetworkDay)) -> Head {
    Head {
        bank: "ICICI".parse().unwrap(),
        account: account.parse().unwrap(),
        currency: Currency::Inr,
        from: days.0,
        to: days.1,
        as_of: Height(99_999),
        made_at: days.1.start(),
    }
}

/// A statement with so many lines of every kind and names of many scripts.
fn varied(lines: u64) -> Statement {
    let names = ["आशा राव", "Zoë <&> \"Co\"", "]]>", "தமிழ்", "=1+1", "L\u{2028}S"];
    let (mut movements, mut recorded, mut balance) = (Vec::new(), Vec::new(), 500_000_000_u64);
    let day = NetworkDay(20_000);
    for n in 1..=lines {
        let amount = 100 + n * 37;
        let contact = names[n as usize / 4 % names.len()].parse().ok().filter(|_| n % 5 != 0);
        let (flow, after) = match n % 4 {
            0 => (Flow::Deposit, balance + amount),
            1 => (
                Flow::Sent { to: SessionId([7; 32]), contact, memo: memo(n), fee: Paise(n) },
                balance - amount - n,
            ),
            2 => (Flow::Received { from: SessionId([9; 32]) }, balance + amount),
            _ => (Flow::Withdrawal, balance - amount),
        };
        balance = after;
        let (time, id) = (day.start().plus(n * 61_007), TxId([n as u8; 32]));
        movements.push(Movement { height: Height(n), index: 0, time, id, flow, amount: Paise(amount) });
        recorded.push(Recorded { height: Height(n), balance: Paise(balance) });
    }
    let head = head("501000000001", (day, NetworkDay(day.0 + 60)));
    Statement::new(head, Paise(500_000_000), &recorded, movements).unwrap()
}

/// Words that try to break a document, some as long as they may be.
fn memo(n: u64) -> Option<Memo> {
    let words = ["", "=cmd|' /C calc'!A0", "]]> & <Ustrd>", &"क".repeat(140), "Miete \"Mai\""];
    words[n as usize / 4 % words.len()].parse().ok()
}

fn valid(schema: &Path, document: &Path) -> Result<(), String> {
    let told =
        Command::new("xmllint").args(["--noout", "--schema"]).arg(schema).arg(document).output().unwrap();
    if told.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&told.stderr).into_owned()) }
}

fn written(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn our_camt_053_is_valid_by_the_official_schema() {
    let Some(data) = data().filter(|_| has("xmllint")) else { return };
    let schema = data.join("iso20022/xsd/moov/camt.053.001.08.xsd");
    for lines in [0, 1, 4, 333] {
        let xml = varied(lines).write(Format::Camt053);
        valid(&schema, &written(&format!("camt-{lines}.xml"), &xml)).unwrap();
    }
    let wrong = String::from_utf8(varied(2).write(Format::Camt053)).unwrap().replace("DBIT", "DEBIT");
    assert!(valid(&schema, &written("camt-wrong.xml", wrong.as_bytes())).is_err(), "the check can fail");
}

/// The example of the documentation, which clients copy.
const EXAMPLE: &[u8] = include_bytes!("../../docs/examples/pain001.xml");

#[test]
fn the_example_of_a_pain_001_is_valid_and_read() {
    assert_eq!(Initiation::read(EXAMPLE).unwrap().transfers.len(), 2);
    let Some(data) = data().filter(|_| has("xmllint")) else { return };
    let schema = data.join("iso20022/xsd/moov/pain.001.001.10_1.xsd");
    valid(&schema, &written("pain001.xml", EXAMPLE)).unwrap();
}

#[test]
fn a_pdf_shows_the_figures_of_its_statement() {
    let statement = varied(60);
    let pdf = written("statement.pdf", &statement.write(Format::Pdf));
    if !has("pdftotext") {
        return;
    }
    let told = Command::new("pdftotext").args(["-layout"]).arg(&pdf).arg("-").output().unwrap();
    let text = String::from_utf8(told.stdout).unwrap();
    let words: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in statement.lines() {
        assert!(words.contains(&line.movement.id.to_string()), "line {}", line.number);
    }
    for figure in ["ICICI", "501000000001", "2024-10-04", "50,00,000.00", "Page 3 of 3", "Carried forward"] {
        assert!(words.contains(figure), "{figure} is not in\n{text}");
    }
    assert!(words.contains("आशा") || words.contains("आ"), "letters of Devanagari can be copied");
}

/// A row of the recorded movements.
struct Row {
    day: NetworkDay,
    is_credit: bool,
    paise: u64,
    after: u64,
}

/// Movements by account, of accounts whose history is there from its beginning.
fn accounts(data: &Path) -> BTreeMap<String, Vec<Row>> {
    let text = std::fs::read_to_string(data.join("payments/history.csv")).unwrap();
    // Some accounts were overdrawn; no balance of this ledger is like that.
    let minor = |text: &str| text.parse::<Paise>().map_or(u64::MAX, |amount| amount.0);
    let mut accounts: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for fields in text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>()) {
        if fields.last().is_some_and(|source| source.starts_with("asc")) {
            let (day, is_credit) = (fields[3].parse().unwrap(), fields[4] == "credit");
            let row = Row { day, is_credit, paise: minor(fields[6]), after: minor(fields[7]) };
            accounts.entry(fields[1].to_owned()).or_default().push(row);
        }
    }
    accounts
}

/// Replays an account's movements, a height a day. What the ledger recorded after a day is a balance that
/// the bank wrote down on it: the one that the movements lead to, if it is there (rows of a day stand in
/// any order), else the last.
fn replay(rows: &[Row]) -> Result<Statement, Unexplained> {
    let (mut movements, mut recorded, mut balance) = (Vec::new(), Vec::new(), 0_u64);
    for day in rows.chunk_by(|one, next| one.day == next.day) {
        let height = Height(u64::from(day[0].day.0));
        for (place, row) in (0..).zip(day) {
            let flow = if row.is_credit { Flow::Deposit } else { Flow::Withdrawal };
            let (time, amount) = (row.day.start(), Paise(row.paise));
            movements.push(Movement { height, index: place, time, id: TxId([7; 32]), flow, amount });
            let change = if row.is_credit { row.paise } else { row.paise.wrapping_neg() };
            balance = balance.wrapping_add(change);
        }
        let last = day[day.len() - 1].after;
        let told = day.iter().map(|row| row.after).find(|after| *after == balance).unwrap_or(last);
        recorded.push(Recorded { height, balance: Paise(told) });
    }
    // Within a day money may go before it comes: the balance of the day is what was recorded.
    movements.sort_by_key(|movement| (movement.height, !movement.flow.is_credit()));
    let days = (rows[0].day, rows[rows.len() - 1].day);
    Statement::new(head("501000000001", days), Paise::ZERO, &recorded, movements)
}

#[test]
fn statements_of_real_accounts_reproduce_the_balances_that_the_bank_recorded() {
    let Some(data) = data() else { return };
    let (mut whole, mut lines, mut refused) = (0, 0, 0);
    for (account, rows) in accounts(&data) {
        let Ok(statement) = replay(&rows) else {
            // Some recorded balances are off by a few paise: a statement of them is not made.
            refused += 1;
            continue;
        };
        let last = rows[rows.len() - 1].day;
        let told = rows.iter().filter(|row| row.day == last).any(|row| row.after == statement.closing().0);
        assert!(told, "{account}");
        let csv = String::from_utf8(statement.write(Format::Csv)).unwrap();
        let balances =
            csv.lines().skip(2).filter_map(|line| line.split("\",\"").nth(6)?.parse::<Paise>().ok());
        assert_eq!(balances.count(), rows.len() + 1, "{account}: every movement and the closing balance");
        (whole, lines) = (whole + 1, lines + rows.len());
    }
    println!("{whole} accounts with {lines} movements are stated, {refused} refused");
    assert!(whole > 250 && lines > 4_600, "{whole} accounts, {lines} movements");
    assert!(refused > 0, "what is off by a paisa is refused");
}
