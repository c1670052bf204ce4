//! Files of payments: reading them line by line, refusing a bad line without harm to the others.

use idx_types::{BankCode, Paise};
use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};

/// The first line of a file of payments.
pub const HEADER: &str =
    "payment_id,date,sender_account,sender_bank,receiver_account,receiver_bank,amount_inr,purpose";

/// Columns of a line.
const COLUMNS: usize = 8;

/// Most bytes of a line; longer ones are refused without being kept.
pub const LINE_BYTES_MAX: usize = 1_024;

/// Most characters of a payment id or an account number.
pub const NAME_CHARS_MAX: usize = 64;

/// Most lines of a file: what is kept of ten million payments is about 2 GiB.
pub const LINES_MAX: u64 = 10_000_000;

/// A bank and the number of an account there.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Party {
    /// The home bank.
    pub bank: BankCode,
    /// The account's number, as that bank writes it.
    pub account: String,
}

/// One payment that a file asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payment {
    /// Line of the file, from 1.
    pub line: u64,
    /// Its id in the file.
    pub id: String,
    /// Pays.
    pub sender: Party,
    /// Receives.
    pub receiver: Party,
    /// What the receiver gets.
    pub amount: Paise,
}

/// A line that is no payment.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct RefusedLine {
    /// Line of the file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// What a file holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Payments {
    /// The sound lines, in the file's order.
    pub rows: Vec<Payment>,
    /// The others.
    pub refused: Vec<RefusedLine>,
}

/// Why a file is not read at all.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Reading failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It does not begin as a file of payments does.
    #[error("line 1: expected the header\n    {HEADER}\n  but found\n    {found}")]
    Header {
        /// The line found, cut to 200 characters.
        found: String,
    },
    /// It is too long.
    #[error("more than {LINES_MAX} lines; split the file")]
    TooLong,
}

/// Reads a file of payments between the given banks; stops after `limit` sound lines.
///
/// # Errors
/// [`FileError`] for a file that cannot be read or has another header. Bad lines are no error: they
/// are listed in [`Payments::refused`].
pub fn read(mut input: impl BufRead, banks: &[BankCode], limit: usize) -> Result<Payments, FileError> {
    let header = read_line(&mut input)?.map_or(String::new(), |line| line.unwrap_or_default());
    if header.trim_start_matches('\u{feff}') != HEADER {
        return Err(FileError::Header { found: header.chars().take(200).collect() });
    }
    let mut payments = Payments::default();
    let mut lines_of_ids = BTreeMap::new();
    let mut number = 1;
    while payments.rows.len() < limit {
        let Some(line) = read_line(&mut input)? else { break };
        number += 1;
        if number > LINES_MAX {
            return Err(FileError::TooLong);
        }
        match line.and_then(|text| payment(number, &text, banks, &mut lines_of_ids)) {
            Ok(row) => payments.rows.extend(row),
            Err(reason) => payments.refused.push(RefusedLine { line: number, reason }),
        }
    }
    Ok(payments)
}

/// The next line, `None` at the end; the inner error says why a line is not text of bounded length.
fn read_line(input: &mut impl BufRead) -> io::Result<Option<Result<String, String>>> {
    let mut bytes = Vec::new();
    let most = LINE_BYTES_MAX as u64 + 1;
    if input.by_ref().take(most).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if bytes.len() > LINE_BYTES_MAX && !bytes.ends_with(b"\n") {
        skip_line(input)?;
        return Ok(Some(Err(format!("the line is longer than {LINE_BYTES_MAX} bytes"))));
    }
    let text = String::from_utf8(bytes).map_err(|_| "the line is not UTF-8".to_owned());
    Ok(Some(text.map(|text| text.trim_end_matches(['\n', '\r']).to_owned())))
}

/// Passes over the rest of a line without keeping it.
fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |at| at + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}

/// Reads one line; `None` for an empty one.
fn payment(
    line: u64,
    text: &str,
    banks: &[BankCode],
    lines_of_ids: &mut BTreeMap<String, u64>,
) -> Result<Option<Payment>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let fields = fields(text)?;
    let field = |i: usize| fields.get(i).unwrap_or_default();
    let id = name("payment_id", field(0))?;
    date(field(1))?;
    let sender = party("sender", field(2), field(3), banks)?;
    let receiver = party("receiver", field(4), field(5), banks)?;
    if sender == receiver {
        return Err(format!("sender and receiver are one account, {} at {}", sender.account, sender.bank));
    }
    let amount = amount(field(6))?;
    if let Some(earlier) = lines_of_ids.insert(id.clone(), line) {
        lines_of_ids.insert(id.clone(), earlier);
        return Err(format!("payment_id {id} stands on line {earlier} already"));
    }
    Ok(Some(Payment { line, id, sender, receiver, amount }))
}

/// Splits a line by the rules of CSV; a quoted field may not go on in the next line.
fn fields(text: &str) -> Result<csv::StringRecord, String> {
    if text.matches('"').count() % 2 == 1 {
        return Err("a quote is not closed on its line".to_owned());
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(LINE_BYTES_MAX)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    reader.read_record(&mut record).map_err(|error| error.to_string())?;
    match record.len() {
        COLUMNS => Ok(record),
        other => Err(format!("{other} fields instead of {COLUMNS}")),
    }
}

fn name(column: &str, text: &str) -> Result<String, String> {
    let sound = |c: char| c.is_ascii_graphic();
    if text.is_empty() {
        return Err(format!("{column} is empty"));
    }
    if text.len() > NAME_CHARS_MAX || !text.chars().all(sound) {
        let start: String = text.chars().take(40).collect();
        return Err(format!(
            "{column} {start:?} is not 1 to {NAME_CHARS_MAX} visible ASCII characters without blanks"
        ));
    }
    Ok(text.to_owned())
}

fn date(text: &str) -> Result<(), String> {
    let mut parts = text.split('-');
    let mut part = |digits: usize, least: u32, greatest: u32| {
        let number = parts.next().filter(|p| p.len() == digits && p.bytes().all(|b| b.is_ascii_digit()));
        number.and_then(|p| p.parse::<u32>().ok()).is_some_and(|n| (least..=greatest).contains(&n))
    };
    let sound = part(4, 1, 9_999) && part(2, 1, 12) && part(2, 1, 31);
    if sound && parts.next().is_none() {
        return Ok(());
    }
    Err(format!("date {:?} is not of the form 1993-01-05", text.chars().take(40).collect::<String>()))
}

fn party(side: &str, account: &str, bank: &str, banks: &[BankCode]) -> Result<Party, String> {
    let account = name(&format!("{side}_account"), account)?;
    match banks.iter().find(|code| code.as_str() == bank) {
        Some(code) => Ok(Party { bank: code.clone(), account }),
        None => {
            let known: Vec<&str> = banks.iter().map(BankCode::as_str).collect();
            let bank: String = bank.chars().take(40).collect();
            Err(format!("{side}_bank {bank:?} is none of {}", known.join(", ")))
        }
    }
}

fn amount(text: &str) -> Result<Paise, String> {
    let amount: Paise = text.parse().map_err(|error| format!("amount_inr: {error}"))?;
    if amount == Paise::ZERO {
        return Err("amount_inr is zero".to_owned());
    }
    Ok(amount)
}

#[cfg(test)]
mod tests;
