//! The keys of session ids: one a month, drawn when first needed, deleted when the retention is over.
//!
//! A deleted key is gone for the bank as for everybody: from then on nobody can tell which account a
//! session id of that month stood for, except a judge through its envelope.

use super::rows::MonthSecret;
use super::store::Table;
use super::{Draft, VaultError, rows::OpenedSession, sealing};
use crate::pseudonym::{Month, MonthKey};
use idx_types::NetworkDay;

/// How long month keys and the sessions made with them are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Full months after the present one, 0 to 120; at least yesterday's sessions are always kept.
    pub months: u32,
}

/// The key of a day's month; a new one if there is none yet.
///
/// # Errors
/// [`VaultError`] if the key is damaged or the machine fails.
pub fn month_key(draft: &mut Draft<'_>, day: NetworkDay) -> Result<MonthKey, VaultError> {
    let month = Month::of(day).0;
    if let Some(kept) = draft.get::<MonthSecret>(&month.to_be_bytes())? {
        return Ok(MonthKey::new(*kept.secret.expose()));
    }
    let secret = draft.entropy().draw();
    draft.put(&MonthSecret { month, secret: secret.into() });
    Ok(MonthKey::new(secret))
}

/// Deletes month keys and sessions that the retention no longer covers, at most `limit` of each; tells
/// how many records it deleted. Call it again until that is 0.
///
/// # Errors
/// [`VaultError`] if a record is damaged or the machine fails.
pub fn drop_old(
    draft: &mut Draft<'_>,
    today: NetworkDay,
    retention: Retention,
    limit: usize,
) -> Result<usize, VaultError> {
    let yesterday = NetworkDay(today.0.saturating_sub(1));
    let first_kept = Month::of(today).earlier(retention.months).min(Month::of(yesterday));
    let months: Vec<MonthSecret> = until(draft, Table::Months, limit, |key| key < first_kept.0)?;
    let days: Vec<OpenedSession> =
        until(draft, Table::Sessions, limit, |day| Month::of(NetworkDay(day)) < first_kept)?;
    months.iter().for_each(|month| draft.delete(month));
    days.iter().for_each(|session| draft.delete(session));
    Ok(months.len() + days.len())
}

/// The first records of a table whose keys begin with a number that is old.
fn until<R: super::Record>(
    draft: &Draft<'_>,
    table: Table,
    limit: usize,
    is_old: impl Fn(u32) -> bool,
) -> Result<Vec<R>, VaultError> {
    let rows = draft.store.scan(table, b"", None, limit)?;
    let old = rows.iter().take_while(|(key, _)| {
        key.first_chunk::<4>().is_some_and(|number| is_old(u32::from_be_bytes(*number)))
    });
    old.map(|(key, row)| sealing::open(draft.keys, table, key, row)).collect()
}
