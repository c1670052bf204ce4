//! Requests of peers that wait for the mind.

use idx_p2p::Ticket;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Open requests of peers to the mind.
const TICKETS_MAX: usize = 1_024;

/// Requests of peers that wait for the mind, by number.
#[derive(Default)]
pub struct Tickets {
    open: Mutex<(u64, BTreeMap<u64, Ticket>)>,
}

impl Tickets {
    /// Keeps a ticket and gives it a number; the oldest makes room.
    pub fn keep(&self, ticket: Ticket) -> u64 {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.1.len() >= TICKETS_MAX {
            open.1.pop_first();
        }
        open.0 += 1;
        let number = open.0;
        open.1.insert(number, ticket);
        number
    }

    /// The ticket of this number, once.
    pub fn take(&self, number: u64) -> Option<Ticket> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).1.remove(&number)
    }
}
