//! What of the vault is durable: steps share a sync, so their writes can be read a moment before it. Who
//! tells a customer what it read waits for that moment.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Longest wait for a sync; one takes milliseconds.
const SYNC_PATIENCE: Duration = Duration::from_secs(10);

/// Counts writes, and those that are durable.
#[derive(Debug, Default)]
pub(super) struct Durable {
    written: AtomicU64,
    synced: Mutex<u64>,
    changed: Condvar,
}

impl Durable {
    /// A write begins. It can be read from now on.
    pub(super) fn writing(&self) {
        self.written.fetch_add(1, Ordering::SeqCst);
    }

    /// All writes that have ended are durable; called by the thread that writes.
    pub(super) fn synced(&self) {
        let written = self.written.load(Ordering::SeqCst);
        *self.synced.lock().unwrap_or_else(PoisonError::into_inner) = written;
        self.changed.notify_all();
    }

    /// Waits until everything that can have been read before is durable; false if that does not come.
    pub(super) fn wait(&self) -> bool {
        let written = self.written.load(Ordering::SeqCst);
        let synced = self.synced.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(synced, SYNC_PATIENCE, |synced| *synced < written);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_reader_waits_for_the_sync_of_what_it_can_have_read_and_for_no_more() {
        let durable = Arc::new(Durable::default());
        assert!(durable.wait(), "nothing was written");
        durable.writing();
        let reader = std::thread::spawn({
            let durable = durable.clone();
            move || durable.wait()
        });
        assert!(!reader.is_finished(), "it cannot have returned");
        durable.synced();
        assert!(reader.join().unwrap());
        assert!(durable.wait(), "all of it is durable");
    }
}
