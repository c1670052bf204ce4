//! A new vault key: every row is sealed again, in bounded batches, while the vault serves.
//!
//! ```text
//!   open with (new, old) -> rotate -> commit -> ... -> rotate says it is done -> destroy the old key
//! ```
//!
//! A crash in between loses nothing: rows tell by which version they are sealed, and a rotation that
//! starts again skips those that are done.

use super::store::Table;
use super::{Draft, Record, VaultError, rows, sealing};

/// How far a rotation is: the next row it looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationCursor {
    table: usize,
    after: Option<Vec<u8>>,
}

impl RotationCursor {
    /// Before the first row.
    pub const fn start() -> Self {
        Self { table: 0, after: None }
    }
}

/// Seals the next rows, at most `limit`, under the current key. Returns where to go on, or `None` when
/// every row of the vault is under it.
///
/// # Errors
/// [`VaultError`] if a row is damaged or sealed under a key that is not at hand; none is changed then.
pub fn rotate(
    draft: &mut Draft<'_>,
    cursor: RotationCursor,
    limit: usize,
) -> Result<Option<RotationCursor>, VaultError> {
    let Some(table) = Table::ALL.get(cursor.table).copied() else { return Ok(None) };
    let page = draft.store.scan(table, b"", cursor.after.as_deref(), limit)?;
    let is_last = page.len() < limit;
    let after = page.last().map(|(key, _)| key.clone());
    for (key, row) in page {
        if sealing::version_of(table, &row)? != draft.keys.current().version() {
            let row = resealed(draft, table, &key, &row)?;
            draft.put_raw(table, key, row);
        }
    }
    let next = if is_last {
        RotationCursor { table: cursor.table + 1, after: None }
    } else {
        RotationCursor { table: cursor.table, after }
    };
    Ok((next.table < Table::ALL.len()).then_some(next))
}

fn resealed(draft: &mut Draft<'_>, table: Table, key: &[u8], row: &[u8]) -> Result<Vec<u8>, VaultError> {
    match table {
        Table::Meta if key == rows::HISTORY_ROW => again::<rows::HistoryBuilt>(draft, key, row),
        // Each record of this table is one secret, so they are sealed alike.
        Table::Meta => again::<rows::IndexSecret>(draft, key, row),
        Table::Customers => again::<rows::Customer>(draft, key, row),
        Table::Accounts => again::<rows::BankAccount>(draft, key, row),
        Table::Lookups => again::<rows::Lookup>(draft, key, row),
        Table::Sessions => again::<rows::OpenedSession>(draft, key, row),
        Table::Contacts => again::<rows::Contact>(draft, key, row),
        Table::Holds => again::<rows::Hold>(draft, key, row),
        Table::Outgoing => again::<rows::Outgoing>(draft, key, row),
        Table::Incoming => again::<rows::Incoming>(draft, key, row),
        Table::Months => again::<rows::MonthSecret>(draft, key, row),
        Table::Deadlines => again::<rows::Deadline>(draft, key, row),
        Table::Logins => again::<rows::Login>(draft, key, row),
        Table::Repeats => again::<rows::Repeat>(draft, key, row),
        Table::Factors => again::<rows::SecondFactor>(draft, key, row),
        Table::Paces => again::<rows::Pace>(draft, key, row),
        Table::Flags => again::<rows::Flag>(draft, key, row),
        Table::NewsHeads => again::<rows::NewsHead>(draft, key, row),
        Table::News => again::<rows::News>(draft, key, row),
        Table::History => again::<rows::HistoryLine>(draft, key, row),
        Table::Instructions => again::<rows::Instruction>(draft, key, row),
        Table::Journeys => again::<rows::Journey>(draft, key, row),
        Table::TravelEnds => again::<rows::TravelEnd>(draft, key, row),
        Table::Consents => again::<rows::Consented>(draft, key, row),
        Table::Memos => again::<rows::SentMemo>(draft, key, row),
        Table::HoldTotals => again::<rows::HoldTotal>(draft, key, row),
    }
}

fn again<R: Record>(draft: &mut Draft<'_>, key: &[u8], row: &[u8]) -> Result<Vec<u8>, VaultError> {
    let record: R = sealing::open(draft.keys, R::TABLE, key, row)?;
    let keys = draft.keys;
    Ok(sealing::seal(keys, R::TABLE, key, &record, draft.entropy()))
}
