//! Indexes of final transactions by subject, and reading them page by page.
//!
//! A row holds all places of a subject in one block: `subject | height -> place | place ..`, each
//! place four bytes big-endian, ascending. So a bank costs one row a block, not one a transaction.

use crate::error::StoreError;
use idx_types::{AccountHandle, BankId, Height, Outcome, SessionId};

const WHAT: &str = "an index";

/// Most entries of one page.
pub const PAGE_ENTRIES_MAX: usize = 1_000;

/// What transactions are looked up by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Subject {
    /// Those that name the session.
    Session(SessionId),
    /// Those that name the account, or a session of it.
    Account(AccountHandle),
    /// Those that the bank is involved in or speaks in.
    Bank(BankId),
    /// Those that ended like this.
    Status(TxStatus),
}

/// How a transaction ended for good.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum TxStatus {
    /// It took effect.
    Completed,
    /// It never will.
    Failed,
}

impl TxStatus {
    /// The status of an outcome, `None` while it is not final.
    pub const fn of(outcome: &Outcome) -> Option<Self> {
        match outcome {
            Outcome::Completed => Some(Self::Completed),
            Outcome::Failed(_) => Some(Self::Failed),
            Outcome::Deferred => None,
        }
    }
}

/// A place in the order of all transactions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Cursor {
    /// The block.
    pub height: Height,
    /// The place in it, from 0.
    pub index: u32,
}

/// In which order a page is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// From genesis onwards.
    OldestFirst,
    /// From the tip backwards.
    NewestFirst,
}

/// Which page is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PageQuery {
    /// Begin behind this place, in the order of reading; `None` begins at the first.
    pub after: Option<Cursor>,
    /// In which order.
    pub order: Order,
    /// How many entries at most, 1 to [`PAGE_ENTRIES_MAX`]; what is outside is brought inside.
    pub limit: usize,
}

/// A page of an index.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// Places of final transactions, in the order asked for.
    pub entries: Vec<Cursor>,
    /// Ask for what is after this to go on; `None` at the end.
    pub next: Option<Cursor>,
}

impl PageQuery {
    /// The limit, within its bounds.
    pub(super) fn limit(&self) -> usize {
        self.limit.clamp(1, PAGE_ENTRIES_MAX)
    }

    fn is_after(&self, cursor: &Cursor) -> bool {
        match (self.order, self.after) {
            (_, None) => true,
            (Order::OldestFirst, Some(after)) => *cursor > after,
            (Order::NewestFirst, Some(after)) => *cursor < after,
        }
    }

    /// The places of a row that belong on the page, in the order asked for.
    pub(super) fn pick(&self, height: Height, row: &[u8]) -> Result<Vec<Cursor>, StoreError> {
        let places = unpack(row)?.into_iter().map(|index| Cursor { height, index });
        let mut picked: Vec<Cursor> = places.filter(|cursor| self.is_after(cursor)).collect();
        if self.order == Order::NewestFirst {
            picked.reverse();
        }
        Ok(picked)
    }
}

/// A row from ascending places.
pub(super) fn pack(places: &[u32]) -> Vec<u8> {
    places.iter().flat_map(|place| place.to_be_bytes()).collect()
}

fn unpack(row: &[u8]) -> Result<Vec<u32>, StoreError> {
    let (chunks, rest) = row.as_chunks::<4>();
    let places: Vec<u32> = chunks.iter().map(|bytes| u32::from_be_bytes(*bytes)).collect();
    if places.is_empty() || !rest.is_empty() || !places.is_sorted_by(|a, b| a < b) {
        return Err(StoreError::garbled(WHAT, "a row is not a list of ascending places"));
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_round_trip_and_others_are_refused() {
        assert_eq!(unpack(&pack(&[0, 7, 300])).unwrap(), [0, 7, 300]);
        for bad in [vec![], vec![0; 3], pack(&[1, 1]), pack(&[2, 1]), vec![0; 9]] {
            assert!(unpack(&bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_cursor_itself_is_not_picked_again() {
        let row = pack(&[1, 4, 9]);
        let after = Some(Cursor { height: Height(5), index: 4 });
        for (order, height, expected) in [
            (Order::OldestFirst, 5, vec![9]),
            (Order::NewestFirst, 5, vec![1]),
            (Order::OldestFirst, 6, vec![1, 4, 9]),
            (Order::NewestFirst, 4, vec![9, 4, 1]),
            (Order::OldestFirst, 4, vec![]),
        ] {
            let query = PageQuery { after, order, limit: 10 };
            let picked = query.pick(Height(height), &row).unwrap();
            assert_eq!(picked.iter().map(|c| c.index).collect::<Vec<_>>(), expected);
        }
    }
}
