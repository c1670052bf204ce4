//! How fast heights of transfers become durable, and how much room they take:
//! `cargo run --release -p idx-storage --example store_bench [heights] [transfers per height]`.

use idx_storage::testing::Heights;
use idx_storage::{FolderDisk, Order, PageQuery, Store, StoreOptions, Subject, TxStatus};
use idx_types::testing::chain_id;
use idx_wal::Wal;
use std::path::Path;
use std::time::{Duration, Instant};

const CUSTOMERS: usize = 600;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<usize>());
    let heights = args.next().transpose()?.unwrap_or(200);
    let transfers = args.next().transpose()?.unwrap_or(1_000);
    let folder = tempfile::tempdir()?;
    bench_wal(&folder.path().join("wal"))?;
    let path = folder.path().join("store");
    let ids = bench_commits(&path, heights, transfers)?;
    bench_reads(&path, &ids)
}

fn bench_commits(
    path: &Path,
    count: usize,
    transfers: usize,
) -> Result<Vec<idx_types::TxId>, Box<dyn std::error::Error>> {
    let store = Store::open(path, &StoreOptions::new(chain_id()))?;
    let mut heights = Heights::default();
    store.init(&heights.snapshot())?;
    store.commit(&heights.opening(CUSTOMERS))?;
    let rss_before = memory_kib();
    let (mut times, mut ids) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let record = heights.paying(transfers);
        ids.extend(record.certified.public.transactions.last().map(|tx| tx.id()));
        let start = Instant::now();
        store.commit(&record)?;
        times.push(start.elapsed());
    }
    let total: Duration = times.iter().sum();
    times.sort();
    let per_second = (count * transfers) as f64 / total.as_secs_f64();
    println!("commit: {count} heights of {transfers} transfers: {per_second:.0} transfers/s");
    println!(
        "  median {:?}, p99 {:?}, most {:?}",
        times[count / 2],
        times[count * 99 / 100],
        times[count - 1]
    );
    println!("  disk {} bytes a transfer", folder_bytes(path)? / (count * transfers).max(1) as u64);
    println!("  resident {} KiB before, {} KiB after (the ledger included)", rss_before, memory_kib());
    Ok(ids)
}

fn bench_reads(path: &Path, ids: &[idx_types::TxId]) -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let store = Store::open(path, &StoreOptions::new(chain_id()))?;
    println!("open: {:?}", start.elapsed());
    let start = Instant::now();
    let snapshot = store.load()?.ok_or("empty")?;
    println!("load: {:?} ({} settled ids)", start.elapsed(), snapshot.settled.len());
    drop(snapshot);
    for (what, read) in [("place", false), ("transaction", true)] {
        let start = Instant::now();
        for id in ids {
            let found = if read { store.tx(id)?.is_some() } else { store.tx_place(id)?.is_some() };
            assert!(found, "what was committed is there");
        }
        println!("{what} by id: {:?} each", start.elapsed() / ids.len() as u32);
    }
    let query = PageQuery { after: None, order: Order::NewestFirst, limit: 100 };
    let start = Instant::now();
    store.txs(Subject::Status(TxStatus::Completed), &query)?;
    println!("page of 100: {:?}", start.elapsed());
    println!("resident after reading: {} KiB", memory_kib());
    Ok(())
}

fn bench_wal(path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    const ROUNDS: u32 = 500;
    let mut wal = Wal::create(FolderDisk::create(path)?)?;
    let record = [7; 200];
    let start = Instant::now();
    for _ in 0..ROUNDS {
        wal.append(&record)?;
        wal.sync()?;
    }
    println!("wal: append 200 bytes and sync {:?}", start.elapsed() / ROUNDS);
    let start = Instant::now();
    for mark in 1..=u64::from(ROUNDS) {
        wal.start_height(mark)?;
    }
    println!("wal: start a height {:?}", start.elapsed() / ROUNDS);
    Ok(())
}

fn folder_bytes(path: &Path) -> std::io::Result<u64> {
    std::fs::read_dir(path)?.map(|entry| Ok(entry?.metadata()?.len())).sum()
}

/// Resident memory of this process, 0 where /proc does not say.
fn memory_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
