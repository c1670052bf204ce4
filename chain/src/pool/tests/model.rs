//! The pool against a plain list, over random histories.

use super::*;
use proptest::prelude::*;

/// What a pool is, said as simply as possible.
struct Model {
    limits: PoolLimits,
    waiting: Vec<PreparedTx>,
}

impl Model {
    fn bytes(&self) -> usize {
        self.waiting.iter().map(|tx| tx.len).sum()
    }

    fn insert(&mut self, tx: PreparedTx) -> Result<(), Reason> {
        let of_bank = self.waiting.iter().filter(|other| payer(other) == payer(&tx)).count();
        if self.waiting.iter().any(|other| other.id == tx.id) {
            return Err(Reason::PoolDuplicate);
        }
        if of_bank == self.limits.per_bank_max {
            return Err(Reason::BankPoolFull);
        }
        if self.waiting.len() == self.limits.transactions_max || self.bytes() + tx.len > self.limits.bytes_max
        {
            return Err(Reason::PoolFull);
        }
        self.waiting.push(tx);
        Ok(())
    }

    fn remove(&mut self, id: &TxId) -> Option<PreparedTx> {
        let place = self.waiting.iter().position(|tx| tx.id == *id)?;
        Some(self.waiting.remove(place))
    }

    fn expire(&mut self, now: TimestampMs) -> Vec<TxId> {
        let (mut over, valid): (Vec<_>, Vec<_>) =
            self.waiting.drain(..).partition(|tx| tx.tx.body.valid_until < now);
        self.waiting = valid;
        over.sort_by_key(|tx| tx.tx.body.valid_until);
        over.into_iter().map(|tx| tx.id).collect()
    }

    fn select(&self, now: TimestampMs, count: usize, bytes: usize, skipped: BankId) -> Vec<PreparedTx> {
        let mut chosen: Vec<PreparedTx> = Vec::new();
        for tx in &self.waiting {
            let body = &tx.tx.body;
            if body.valid_until < now || body.kind.involved_banks().contains(skipped) || tx.len > bytes {
                continue;
            }
            let room = bytes - chosen.iter().map(|tx| tx.len).sum::<usize>();
            if chosen.len() == count || tx.len > room {
                break;
            }
            chosen.push(tx.clone());
        }
        chosen
    }
}

fn payer(tx: &PreparedTx) -> BankId {
    match &tx.tx.body.kind {
        TxKind::Transfer(transfer) => transfer.from_bank,
        TxKind::Deposit(cash) => cash.bank,
        TxKind::Ballot(ballot) => ballot.bank,
        other => panic!("the model makes no {}", other.name()),
    }
}

#[derive(Clone, Debug)]
enum Step {
    Insert(PreparedTx),
    Remove(usize),
    Expire(TimestampMs),
    Select { now: TimestampMs, count: usize, bytes: usize, skipped: BankId },
}

fn any_tx() -> impl Strategy<Value = PreparedTx> {
    let bank = || (0..3u16).prop_map(BankId);
    let kind = prop_oneof![
        bank().prop_map(deposit),
        bank().prop_map(ballot),
        (bank(), bank()).prop_map(|(from, to)| transfer(from, to)),
    ];
    (kind, 0..4u64, 0..20u64, 0..3usize)
        .prop_map(|(kind, nonce, valid, signatures)| PreparedTx::vouch(raw(kind, nonce, valid, signatures)))
}

fn step() -> impl Strategy<Value = Step> {
    let now = || (0..22u64).prop_map(TimestampMs);
    let select = (now(), 0..8usize, 0..2_000usize, (0..4u16).prop_map(BankId));
    prop_oneof![
        6 => any_tx().prop_map(Step::Insert),
        2 => any::<usize>().prop_map(Step::Remove),
        1 => now().prop_map(Step::Expire),
        3 => select.prop_map(|(now, count, bytes, skipped)| Step::Select { now, count, bytes, skipped }),
    ]
}

/// Takes the step in both and compares the answers.
fn take(pool: &mut Pool, model: &mut Model, step: Step) -> Result<(), TestCaseError> {
    match step {
        Step::Insert(tx) => prop_assert_eq!(pool.insert(tx.clone()), model.insert(tx)),
        Step::Remove(pick) if model.waiting.is_empty() => {
            prop_assert_eq!(pool.remove(&TxId([pick as u8; 32])), None);
        }
        Step::Remove(pick) => {
            let id = model.waiting[pick % model.waiting.len()].id;
            prop_assert_eq!(pool.remove(&id), model.remove(&id));
        }
        Step::Expire(now) => prop_assert_eq!(pool.expire(now), model.expire(now)),
        Step::Select { now, count, bytes, skipped } => {
            let skip = |bank| bank == skipped;
            let chosen = model.select(now, count, bytes, skipped);
            prop_assert_eq!(pool.select(now, count, bytes, &skip), chosen);
            let ready = !model.select(now, 1, usize::MAX, skipped).is_empty();
            prop_assert_eq!(pool.has_ready(now, &skip), ready);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_pool_is_a_bounded_list(
        (transactions_max, bytes_max, per_bank_max) in (0..12usize, 0..3_000usize, 0..8usize),
        steps in proptest::collection::vec(step(), 0..80),
    ) {
        let limits = PoolLimits { transactions_max, bytes_max, per_bank_max };
        let (mut pool, mut model) = (Pool::new(limits), Model { limits, waiting: vec![] });
        for step in steps {
            take(&mut pool, &mut model, step)?;
            prop_assert_eq!((pool.len(), pool.bytes()), (model.waiting.len(), model.bytes()));
            prop_assert_eq!(pool.is_empty(), model.waiting.is_empty());
            for tx in &model.waiting {
                prop_assert!(pool.contains(&tx.id));
                prop_assert_eq!(pool.get(&tx.hash), Some(tx));
            }
        }
        let left: Vec<TxId> = model.waiting.iter().map(|tx| tx.id).collect();
        left.iter().for_each(|id| drop(pool.remove(id)));
        let clean = format!("{:?}", Pool { arrivals: 0, ..pool });
        prop_assert_eq!(clean, format!("{:?}", Pool::new(limits)), "nothing is left behind");
    }
}
