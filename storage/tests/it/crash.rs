//! `kill -9` at random moments: what was announced is there, and nothing is half done.

use crate::child::{announced, command};
use crate::support::{check_state, open};
use idx_storage::{Order, PageQuery, Store, Subject, TxStatus};
use idx_types::Height;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::Duration;

/// How often the process is killed; each life goes on where the last one ended.
const KILLS: u64 = 25;
/// Heights looked at closely after each kill.
const CLOSE: u64 = 40;

#[test]
fn nothing_announced_is_lost_and_nothing_is_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let mut last = 0;
    for life in 1..=KILLS {
        let said = live_and_die(folder.path(), life);
        assert!(said > last, "life {life}: every life announces something new");
        let store = open(folder.path());
        let tip = store.height().unwrap().0;
        assert!(tip == said || tip == said + 1, "life {life}: announced {said}, there is {tip}");
        check_close(&store, tip);
        last = tip;
    }
}

/// Runs the child, kills it some time after some announcement; the last height it announced.
fn live_and_die(folder: &Path, life: u64) -> u64 {
    let mut child = command(folder, None).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = lines.map_while(Result::ok).filter_map(|line| {
        assert!(!line.starts_with("error"), "life {life}: {line}");
        announced(&line)
    });
    let heard = (0..life * 7 % 23).map_while(|_| said.next()).last();
    let heard = said.next().or(heard);
    std::thread::sleep(Duration::from_micros(life * 7919 % 9_000));
    child.kill().unwrap();
    child.wait().unwrap();
    said.last().or(heard).expect("the child announced a height")
}

fn check_close(store: &Store, tip: u64) {
    check_state(store).unwrap();
    let mut count = 0;
    for height in (tip.saturating_sub(CLOSE) + 1..=tip).map(Height) {
        let certified = store.certified(height).unwrap().expect("no height is missing");
        assert_eq!(store.height_by_private_hash(&certified.commit.value).unwrap(), Some(height));
        assert_eq!(store.height_by_public_hash(&certified.private.header.public_hash).unwrap(), Some(height));
        for tx in &certified.public.transactions {
            assert_eq!(store.tx(&tx.id()).unwrap().unwrap().0.height, height);
        }
        count += certified.public.transactions.len();
    }
    let query = PageQuery { after: None, order: Order::NewestFirst, limit: count.min(1_000) };
    let page = store.txs(Subject::Status(TxStatus::Completed), &query).unwrap();
    assert_eq!(page.entries.len(), query.limit);
    assert_eq!(page.entries[0].height, Height(tip));
}
