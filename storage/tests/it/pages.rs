//! Fault 47: pages of every index against a plain scan over all that was committed.

use crate::support::{all_pages, commit_all, new_store};
use idx_storage::testing::{BANKS, Heights};
use idx_storage::{Cursor, HeightRecord, Order, PageQuery, Store, Subject, TxStatus};
use idx_types::{BankId, Decision, Height, Paise, PreparedTx, Reason, Transaction, TxId, TxKind};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What happens to one transaction of a block.
#[derive(Clone, Copy, Debug)]
enum Act {
    Pay,
    PayTooMuch,
    Reject,
    Defer,
    /// Takes an earlier transaction again: a deferred one, or a replay.
    Again(usize),
    Deposit,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => Just(Act::Pay),
        1 => Just(Act::PayTooMuch),
        1 => Just(Act::Reject),
        2 => Just(Act::Defer),
        3 => (0usize..64).prop_map(Act::Again),
        1 => Just(Act::Deposit),
    ]
}

struct Story {
    heights: Heights,
    seen: Vec<PreparedTx>,
}

impl Story {
    fn tx(&mut self, act: Act) -> (PreparedTx, Decision) {
        let decision = match act {
            Act::Reject => Decision::Fail(Reason::RejectedByPolicy),
            Act::Defer => Decision::Defer,
            _ => Decision::Pass,
        };
        let tx = match act {
            Act::PayTooMuch => self.heights.payment(Paise(10_000_000_000)),
            Act::Again(which) if !self.seen.is_empty() => self.seen[which % self.seen.len()].clone(),
            Act::Deposit => {
                let customer = self.heights.customers[0];
                let kind = self.heights.world.cash_in(customer.bank, customer.account, 100);
                self.heights.world.bank_tx(kind, customer.bank)
            }
            _ => self.heights.payment(Paise(1_000)),
        };
        (tx, decision)
    }

    fn height(&mut self, acts: &[Act]) -> HeightRecord {
        let (txs, decisions): (Vec<_>, Vec<_>) = acts.iter().map(|act| self.tx(*act)).unzip();
        self.seen.extend(txs.iter().cloned());
        self.heights.next_decided(&txs, &decisions)
    }

    /// Everything a transaction is listed under, worked out from the ledger.
    fn subjects(&self, tx: &Transaction) -> BTreeSet<Subject> {
        let state = &self.heights.world.state;
        let mut subjects: BTreeSet<Subject> =
            tx.body.kind.involved_banks().iter().map(Subject::Bank).collect();
        let sessions = match &tx.body.kind {
            TxKind::Transfer(transfer) => {
                transfer.accepted.map(|accepted| accepted.to).into_iter().chain([transfer.from]).collect()
            }
            TxKind::OpenSession(open) => vec![open.session],
            TxKind::Deposit(cash) => {
                subjects.insert(Subject::Account(*cash.handle.shown().unwrap()));
                vec![]
            }
            TxKind::OpenAccount(open) => {
                subjects.insert(Subject::Account(*open.handle.shown().unwrap()));
                vec![]
            }
            _ => vec![],
        };
        for id in sessions {
            subjects.insert(Subject::Session(id));
            subjects.extend(state.session(&id).map(|session| Subject::Account(session.account)));
        }
        subjects
    }

    /// The plain scan: every transaction under each subject, at the first place where it ended.
    fn expected(&self, records: &[HeightRecord]) -> BTreeMap<Subject, Vec<Cursor>> {
        let (mut ended, mut lists) = (BTreeSet::<TxId>::new(), BTreeMap::<Subject, Vec<Cursor>>::new());
        for record in records {
            let both = record.certified.public.transactions.iter().zip(&record.certified.private.outcomes);
            for (index, (tx, outcome)) in (0..).zip(both) {
                let Some(status) = TxStatus::of(outcome) else { continue };
                if ended.insert(tx.id()) {
                    let cursor = Cursor { height: record.height(), index };
                    for subject in self.subjects(tx).into_iter().chain([Subject::Status(status)]) {
                        lists.entry(subject).or_default().push(cursor);
                    }
                }
            }
        }
        lists
    }
}

fn check_subject(store: &Store, subject: Subject, list: &[Cursor]) {
    let mut newest = list.to_vec();
    newest.reverse();
    for limit in [1, 2, 7, 1_000] {
        assert_eq!(all_pages(store, subject, Order::OldestFirst, limit).unwrap(), list, "{subject:?}");
        assert_eq!(all_pages(store, subject, Order::NewestFirst, limit).unwrap(), newest, "{subject:?}");
    }
    for (height, index) in (0..9).flat_map(|height| [0, 1, 5, u32::MAX].map(|index| (height, index))) {
        let after = Cursor { height: Height(height), index };
        let page =
            |order| store.txs(subject, &PageQuery { after: Some(after), order, limit: 1_000 }).unwrap();
        let (later, earlier) = (page(Order::OldestFirst), page(Order::NewestFirst));
        assert_eq!(later.entries, list.iter().copied().filter(|c| *c > after).collect::<Vec<_>>());
        assert_eq!(earlier.entries, newest.iter().copied().filter(|c| *c < after).collect::<Vec<_>>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn every_page_is_what_a_plain_scan_finds(blocks in prop::collection::vec(prop::collection::vec(act(), 0..12), 1..8)) {
        let folder = tempfile::tempdir().unwrap();
        let mut story = Story { heights: Heights::default(), seen: Vec::new() };
        let store = new_store(folder.path(), &story.heights);
        let mut records = vec![story.heights.opening(usize::from(BANKS) + 1)];
        records.extend(blocks.iter().map(|acts| story.height(acts)));
        commit_all(&store, &records);
        let mut lists = story.expected(&records);
        lists.entry(Subject::Bank(BankId(999))).or_default();
        lists.entry(Subject::Status(TxStatus::Failed)).or_default();
        for (subject, list) in &lists {
            check_subject(&store, *subject, list);
        }
    }
}

#[test]
fn a_page_is_bounded_whatever_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mut heights = Heights::default();
    let store = new_store(folder.path(), &heights);
    store.commit(&heights.opening(400)).unwrap();
    for (limit, len) in [(0, 1), (usize::MAX, idx_storage::PAGE_ENTRIES_MAX)] {
        let query = PageQuery { after: None, order: Order::OldestFirst, limit };
        let page = store.txs(Subject::Status(TxStatus::Completed), &query).unwrap();
        assert_eq!(page.entries.len(), len);
        assert_eq!(page.next, page.entries.last().copied());
    }
}
