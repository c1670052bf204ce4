//! Receipts of final transactions, kept for clients that ask again and again (fault 64).

use idx_client::views::ReceiptView;
use idx_types::TxId;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A bounded store of receipts; the oldest entry makes room.
pub(crate) struct Receipts {
    kept_max: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    by_id: HashMap<TxId, Arc<ReceiptView>>,
    in_order: VecDeque<TxId>,
}

impl Receipts {
    /// Keeps at most `kept_max`.
    pub fn new(kept_max: usize) -> Self {
        Self { kept_max, kept: Mutex::default() }
    }

    /// The final receipt, if it is kept.
    pub fn get(&self, id: TxId) -> Option<Arc<ReceiptView>> {
        self.lock().by_id.get(&id).cloned()
    }

    /// Keeps a receipt if it is final.
    pub fn keep(&self, receipt: &ReceiptView) {
        if !receipt.is_final() {
            return;
        }
        let mut kept = self.lock();
        if kept.by_id.insert(receipt.id.0, Arc::new(receipt.clone())).is_none() {
            kept.in_order.push_back(receipt.id.0);
        }
        while kept.in_order.len() > self.kept_max {
            if let Some(oldest) = kept.in_order.pop_front() {
                kept.by_id.remove(&oldest);
            }
        }
    }

    /// A thread that panicked while holding the lock left whole entries behind, so they stay in use.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use idx_client::encoding::Hex;
    use idx_client::views::TxStatus;
    use idx_types::TxHash;

    fn receipt(id: u8, status: TxStatus) -> ReceiptView {
        ReceiptView {
            id: Hex(TxId([id; 32])),
            hash: Hex(TxHash([id; 32])),
            status,
            reason: None,
            height: None,
            index: None,
            block: None,
            private_hash: None,
            involved: vec![],
            verdicts: vec![],
            final_at: None,
        }
    }

    #[test]
    fn keeps_the_newest_final_ones_only() {
        let receipts = Receipts::new(2);
        receipts.keep(&receipt(9, TxStatus::Pending));
        for id in 1..=3 {
            receipts.keep(&receipt(id, TxStatus::Completed));
            receipts.keep(&receipt(id, TxStatus::Completed));
        }
        let known = |id: u8| receipts.get(TxId([id; 32])).is_some();
        assert_eq!([9, 1, 2, 3].map(known), [false, false, true, true]);
    }
}
