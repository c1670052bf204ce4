//! Everything that nodes ever told a client, and whether they still say the same.

use super::net::Net;
use idx_client::encoding::{BlockTag, Hex};
use idx_client::views::ReceiptView;
use idx_node::testnet::BANKS;
use idx_types::{Height, PrivateHash, TxId};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often a node that has nothing new is asked again.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What was answered, by whom first, and every later answer that differed.
#[derive(Default)]
pub struct History {
    blocks: Mutex<BTreeMap<u64, (PrivateHash, &'static str)>>,
    receipts: Mutex<BTreeMap<TxId, (ReceiptView, &'static str)>>,
    changed: Mutex<Vec<String>>,
}

impl History {
    /// A node said that this is the block of a height.
    pub fn block(&self, bank: &'static str, height: u64, hash: PrivateHash) {
        let mut blocks = self.blocks.lock().expect("no holder panics");
        let (first, by) = *blocks.entry(height).or_insert((hash, bank));
        if first != hash {
            self.accuse(format!("height {height}: {by} said {first}, {bank} says {hash}"));
        }
    }

    /// A node said what became of a transaction; what is not final yet may change.
    pub fn receipt(&self, bank: &'static str, receipt: ReceiptView) {
        if !receipt.is_final() {
            return;
        }
        let mut receipts = self.receipts.lock().expect("no holder panics");
        let (first, by) = receipts.entry(receipt.id.0).or_insert_with(|| (receipt.clone(), bank));
        if *first != receipt {
            self.accuse(format!("{}: {by} said {first:?}, {bank} says {receipt:?}", receipt.id));
        }
    }

    fn accuse(&self, what: String) {
        self.changed.lock().expect("no holder panics").push(what);
    }

    /// How many heights and receipts are on record.
    pub fn len(&self) -> (usize, usize) {
        let blocks = self.blocks.lock().expect("no holder panics").len();
        (blocks, self.receipts.lock().expect("no holder panics").len())
    }

    /// Follows a node's blocks, through all its deaths, until told to stop.
    pub async fn follow(&self, net: &Net, bank: &'static str, stop: &AtomicBool) {
        let client = net.client(bank);
        let mut next = 1;
        while !stop.load(Ordering::Acquire) {
            match client.block(BlockTag::Number(Height(next)), false).await {
                Ok(Some(block)) => {
                    self.block(bank, next, block.private_hash.0);
                    next += 1;
                }
                _ => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
    }

    /// Asks every node again for everything that any node ever said.
    pub async fn assert_kept_by_all(&self, net: &Net) {
        let blocks = self.blocks.lock().expect("no holder panics").clone();
        let receipts = self.receipts.lock().expect("no holder panics").clone();
        for bank in BANKS {
            for height in blocks.keys() {
                self.block(bank, *height, net.block(bank, *height).await.private_hash.0);
            }
            let client = net.client(bank);
            for (id, (known, by)) in &receipts {
                match client.receipt(*id).await.expect("the node answers") {
                    Some(receipt) if receipt.is_final() => self.receipt(bank, receipt),
                    other => self.accuse(format!("{}: {by} said {known:?}, {bank} says {other:?}", Hex(*id))),
                }
            }
        }
        let changed = self.changed.lock().expect("no holder panics");
        assert!(changed.is_empty(), "answers changed:\n{}", changed.join("\n"));
    }
}

#[test]
fn a_changed_answer_is_noticed_and_a_repeated_one_is_not() {
    let history = History::default();
    history.block("HDFC", 1, PrivateHash([1; 32]));
    history.block("SBI", 1, PrivateHash([1; 32]));
    assert!(history.changed.lock().unwrap().is_empty());
    history.block("YES", 1, PrivateHash([2; 32]));
    let changed = history.changed.lock().unwrap().join(" ");
    assert!(changed.contains("height 1: HDFC said") && changed.contains("YES says"), "{changed}");
}
