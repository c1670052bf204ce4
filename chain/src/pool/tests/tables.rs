//! Limits, order and expiry, case by case.

use super::*;
use idx_crypto::Ed25519;
use std::cell::Cell;

const NOW: TimestampMs = TimestampMs(50);

fn nonces(txs: &[PreparedTx]) -> Vec<u64> {
    txs.iter().map(|tx| tx.tx.body.nonce).collect()
}

#[test]
fn each_limit_refuses_with_its_own_reason_and_changes_nothing() {
    let waiting = [tx(transfer(HDFC, ICICI), 1, 99), tx(ballot(HDFC), 2, 99)];
    let bytes: usize = waiting.iter().map(|tx| tx.len).sum();
    let next = tx(deposit(ICICI), 3, 99);
    let unsigned = PreparedTx::verify(raw(deposit(ICICI), 3, 99, 0), &Ed25519);
    let resigned = PreparedTx::vouch(raw(ballot(HDFC), 2, 99, 2));
    let full = PoolLimits { transactions_max: 2, ..ROOMY };
    let tight = PoolLimits { bytes_max: bytes + next.len - 1, ..ROOMY };
    let per_bank = PoolLimits { per_bank_max: 2, ..ROOMY };
    let table = [
        ("unverified signature", ROOMY, unsigned, Reason::BadSignature),
        ("the same again", ROOMY, waiting[0].clone(), Reason::PoolDuplicate),
        ("the same id, other signatures", ROOMY, resigned, Reason::PoolDuplicate),
        ("a duplicate in a full pool", full, waiting[0].clone(), Reason::PoolDuplicate),
        ("number", full, next.clone(), Reason::PoolFull),
        ("bytes, by one", tight, next.clone(), Reason::PoolFull),
        ("payer's bank", per_bank, tx(transfer(HDFC, SBI), 4, 99), Reason::BankPoolFull),
        ("signer of a ballot", per_bank, tx(ballot(HDFC), 4, 99), Reason::BankPoolFull),
        ("home bank", per_bank, tx(deposit(HDFC), 4, 99), Reason::BankPoolFull),
    ];
    for (case, limits, refused, reason) in table {
        let mut pool = Pool::new(limits);
        waiting.iter().for_each(|tx| pool.insert(tx.clone()).unwrap());
        assert_eq!(pool.insert(refused.clone()), Err(reason), "{case}");
        assert_eq!((pool.len(), pool.bytes()), (2, bytes), "{case}");
        assert!(pool.contains(&waiting[1].id) && pool.get(&waiting[0].hash) == Some(&waiting[0]), "{case}");
        assert_eq!(nonces(&pool.select(NOW, 9, 1 << 20, &nobody)), [1, 2], "{case}");
    }
}

#[test]
fn what_just_fits_is_taken() {
    let (first, next) = (tx(deposit(HDFC), 1, 99), tx(transfer(ICICI, HDFC), 2, 99));
    let limits = PoolLimits { transactions_max: 2, bytes_max: first.len + next.len, per_bank_max: 1 };
    let mut pool = Pool::new(limits);
    assert_eq!(pool.insert(first), Ok(()));
    assert_eq!(pool.insert(next), Ok(()), "the payee's bank is not answerable for it");
    assert_eq!(pool.bytes(), limits.bytes_max);
}

#[test]
fn what_leaves_makes_room() {
    let one = PoolLimits { transactions_max: 1, bytes_max: 1 << 20, per_bank_max: 1 };
    let (first, second) = (tx(deposit(HDFC), 1, 10), tx(deposit(HDFC), 2, 99));
    let mut pool = Pool::new(one);
    pool.insert(first.clone()).unwrap();
    assert_eq!(pool.expire(NOW), [first.id]);
    assert_eq!(pool.insert(second.clone()), Ok(()));
    assert_eq!(pool.remove(&second.id), Some(second.clone()));
    assert_eq!(pool.remove(&second.id), None);
    assert!(pool.is_empty() && pool.bytes() == 0 && pool.get(&second.hash).is_none());
    assert_eq!(pool.insert(second), Ok(()));
}

#[test]
fn selection_by_table() {
    let pool = pool_of(&[
        tx(transfer(HDFC, ICICI), 1, 99),
        tx(deposit(SBI), 2, 99),
        tx(transfer(ICICI, HDFC), 3, 49),
        tx(ballot(HDFC), 4, 50),
        tx(transfer(SBI, HDFC), 5, 99),
        tx(deposit(SBI), 6, 99),
    ]);
    type Skip = fn(BankId) -> bool;
    let table: [(&str, usize, Skip, &[u64]); 7] = [
        ("all that is valid, by arrival", 9, nobody, &[1, 2, 4, 5, 6]),
        ("no more than asked for", 3, nobody, &[1, 2, 4]),
        ("nothing asked for", 0, nobody, &[]),
        ("a skipped payer or payee", 9, |bank| bank == HDFC, &[2, 4, 6]),
        ("who signs a ballot is not involved", 1, |bank| bank != ICICI, &[4]),
        ("a skipped home bank", 9, |bank| bank == SBI, &[1, 4]),
        ("all skipped", 9, |_| true, &[4]),
    ];
    for (case, count, skip, expected) in table {
        let selected = pool.select(NOW, count, 1 << 20, &skip);
        assert_eq!(nonces(&selected), expected, "{case}");
        assert_eq!(pool.has_ready(NOW, &skip), count == 0 || !expected.is_empty(), "{case}");
    }
    assert_eq!(pool.len(), 6, "selection takes nothing out");
}

#[test]
fn bytes_end_a_block_and_nothing_overtakes() {
    let txs = [tx(transfer(HDFC, ICICI), 1, 99), tx(transfer(HDFC, ICICI), 2, 99), tx(deposit(SBI), 3, 99)];
    let [first, second, third] = [txs[0].len, txs[1].len, txs[2].len];
    assert!(third < second);
    let pool = pool_of(&txs);
    let table: [(usize, &[u64]); 5] = [
        (first + second + third, &[1, 2, 3]),
        (first + second, &[1, 2]),
        (first + second - 1, &[1]),
        (first - 1, &[3]),
        (0, &[]),
    ];
    for (bytes, expected) in table {
        assert_eq!(nonces(&pool.select(NOW, 9, bytes, &nobody)), expected, "{bytes} bytes");
    }
}

#[test]
fn nothing_ready_in_an_empty_expired_or_skipped_pool() {
    assert!(!pool_of(&[]).has_ready(NOW, &nobody));
    let pool = pool_of(&[tx(deposit(HDFC), 1, 49), tx(deposit(SBI), 2, 50)]);
    assert!(pool.has_ready(NOW, &nobody));
    assert!(!pool.has_ready(NOW, &|bank| bank == SBI));
    assert!(!pool.has_ready(TimestampMs(51), &nobody));
}

#[test]
fn expiry_names_the_oldest_first_across_banks() {
    let txs = [
        tx(deposit(HDFC), 1, 30),
        tx(deposit(SBI), 2, 20),
        tx(ballot(HDFC), 3, 30),
        tx(deposit(HDFC), 4, 50),
        tx(deposit(SBI), 5, 20),
    ];
    let mut pool = pool_of(&txs);
    assert_eq!(pool.expire(TimestampMs(20)), []);
    assert_eq!(pool.expire(NOW), [txs[1].id, txs[4].id, txs[0].id, txs[2].id]);
    assert_eq!(pool.expire(NOW), []);
    assert_eq!(nonces(&pool.select(NOW, 9, 1 << 20, &nobody)), [4]);
}

/// A crowd of a silent bank in front costs nothing: its lane is passed over whole.
#[test]
fn a_skipped_crowd_is_not_looked_at() {
    let limits = PoolLimits { transactions_max: 5_001, bytes_max: 1 << 24, per_bank_max: 5_000 };
    let mut pool = Pool::new(limits);
    for nonce in 0..5_000 {
        let (from, to) = if nonce % 2 == 0 { (HDFC, ICICI) } else { (ICICI, HDFC) };
        pool.insert(tx(transfer(from, to), nonce, 99)).unwrap();
    }
    pool.insert(tx(deposit(SBI), 5_000, 99)).unwrap();
    let asked = Cell::new(0);
    let skip = |bank| {
        asked.set(asked.get() + 1);
        bank == HDFC
    };
    assert_eq!(nonces(&pool.select(NOW, 2_000, 1 << 20, &skip)), [5_000]);
    assert_eq!(asked.get(), 2, "about HDFC and about SBI: both directions of a crowd are one lane");
    assert!(pool.has_ready(NOW, &skip));
}
