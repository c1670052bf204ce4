//! Rows of the bank's file, and the order in which those of one day happened.

use idx_types::Paise;
use std::collections::BTreeMap;
use std::path::Path;

/// An account by its bank's short name and its number.
pub type Name = (String, String);

/// Steps of recorded balances may be off by this much, in paise.
pub const ROUNDING: i64 = 10;

/// One row.
#[derive(Clone, Debug)]
pub struct Movement {
    pub account: Name,
    /// Days since 1970-01-01.
    pub day: u64,
    pub credit: bool,
    pub amount: Paise,
    pub balance_after: i64,
    /// The other side of a remittance or collection.
    pub partner: Option<Name>,
}

impl Movement {
    pub fn change(&self) -> i64 {
        let amount = i64::try_from(self.amount.0).expect("a recorded amount is small");
        if self.credit { amount } else { -amount }
    }
}

/// Reads the file; an error names its line.
pub fn read(path: &Path) -> Result<Vec<Movement>, String> {
    let fail = |line: usize, what: String| format!("{} line {line}: {what}", path.display());
    let mut reader = csv::Reader::from_path(path).map_err(|error| fail(1, error.to_string()))?;
    let headers = reader.headers().map_err(|error| fail(1, error.to_string()))?.clone();
    let mut movements = Vec::new();
    for (place, record) in reader.records().enumerate() {
        let record = record.map_err(|error| fail(place + 2, error.to_string()))?;
        let field = |name: &str| {
            let at = headers.iter().position(|header| header == name);
            at.and_then(|at| record.get(at)).ok_or(format!("no column {name}"))
        };
        movements.push(movement(field).map_err(|what| fail(place + 2, what))?);
    }
    Ok(movements)
}

fn movement<'a>(field: impl Fn(&str) -> Result<&'a str, String>) -> Result<Movement, String> {
    let text = |name: &str| field(name).map(str::to_owned);
    let partner = (text("partner_bank")?, text("partner_account")?);
    Ok(Movement {
        account: (text("bank")?, text("account")?),
        day: day_number(field("date")?)?,
        credit: match field("side")? {
            "credit" => true,
            "debit" => false,
            other => return Err(format!("side {other:?}")),
        },
        amount: field("amount_inr")?.parse().map_err(|error| format!("{error}"))?,
        balance_after: signed(field("balance_after_inr")?)?,
        partner: Some(partner).filter(|(_, account)| !account.is_empty()),
    })
}

fn signed(text: &str) -> Result<i64, String> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let amount: Paise = digits.parse().map_err(|error| format!("{error}"))?;
    i64::try_from(amount.0).map(|paise| sign * paise).map_err(|error| error.to_string())
}

/// Days from 1970-01-01 to a date `YYYY-MM-DD` of the Gregorian calendar, from 1970 on.
fn day_number(date: &str) -> Result<u64, String> {
    let parts: Vec<u64> = date.split('-').filter_map(|part| part.parse().ok()).collect();
    let [year, month, day] = parts[..] else { return Err(format!("date {date:?}")) };
    let leap = |year: u64| (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    if !(1..=12).contains(&month) || year < 1970 {
        return Err(format!("date {date:?}"));
    }
    let years: u64 = (1970..year).map(|year| 365 + u64::from(leap(year))).sum();
    let months: u64 = lengths[..month as usize - 1].iter().sum();
    Ok(years + months + day - 1)
}

/// Days in order, each with its rows account by account, in the order in which they happened.
pub fn ordered_days(movements: &[Movement]) -> BTreeMap<u64, Vec<Vec<Movement>>> {
    let mut accounts: BTreeMap<&Name, BTreeMap<u64, Vec<Movement>>> = BTreeMap::new();
    for movement in movements {
        accounts
            .entry(&movement.account)
            .or_default()
            .entry(movement.day)
            .or_default()
            .push(movement.clone());
    }
    let mut days: BTreeMap<u64, Vec<Vec<Movement>>> = BTreeMap::new();
    for days_of_account in accounts.into_values() {
        let mut balance = 0;
        for (day, rows) in days_of_account {
            let rows = in_order(rows, balance);
            balance = rows.last().map_or(balance, |row| row.balance_after);
            days.entry(day).or_default().push(rows);
        }
    }
    days
}

/// The order of one account's rows of one day whose recorded balances follow each other best. Orders
/// are tried depth first; a day has at most a handful of rows.
fn in_order(rows: Vec<Movement>, opening: i64) -> Vec<Movement> {
    let mut search = Search { rows: &rows, best: None };
    search.extend(opening, &mut Vec::new(), 0);
    let (_, order) = search.best.expect("one order is always found");
    order.into_iter().map(|place| rows[place].clone()).collect()
}

struct Search<'a> {
    rows: &'a [Movement],
    /// Sum of the steps' deviations, and places in order.
    best: Option<(i64, Vec<usize>)>,
}

impl Search<'_> {
    fn extend(&mut self, balance: i64, order: &mut Vec<usize>, off: i64) {
        if self.best.as_ref().is_some_and(|(best, _)| off >= *best) {
            return;
        }
        if order.len() == self.rows.len() {
            self.best = Some((off, order.clone()));
            return;
        }
        for place in 0..self.rows.len() {
            if !order.contains(&place) {
                let row = &self.rows[place];
                order.push(place);
                let step = (row.balance_after - balance - row.change()).abs();
                self.extend(row.balance_after, order, off + step);
                order.pop();
            }
        }
    }
}
