//! What answers must be, each rule a function that names the answers that break it.

use super::{Answer, Chain, Record, Report, Sending, Standing};
use idx_node::testnet::BANKS;
use idx_types::{Outcome, Reason, Transaction, TxId};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// All that is wrong.
pub fn check(chain: &Chain, records: &[Record], sent: &BTreeMap<TxId, Transaction>) -> Vec<String> {
    [
        chain_is_sound(chain),
        settlements_are_those_of_the_chain(chain, records),
        transactions_are_those_sent(records, sent),
        settled_stays_settled(records),
        blocks_are_those_of_the_chain(chain, records),
        balances_are_those_of_a_height(chain, records),
        lists_are_those_of_the_chain(chain, records),
        heights_never_fall(chain, records),
        what_is_taken_settles_or_expires(chain, records, sent),
        what_is_refused_never_settles(chain, records),
    ]
    .concat()
}

/// How much there was to check.
pub fn report(chain: &Chain, records: &[Record], sent: &BTreeMap<TxId, Transaction>) -> Report {
    let taken = records.iter().filter_map(|record| match record.answer {
        Answer::Sent(id, Sending::Taken) => Some(id),
        _ => None,
    });
    let taken: BTreeSet<TxId> = taken.collect();
    let mut report =
        Report { answers: records.len(), heights: chain.tip(), sent: sent.len(), ..Report::default() };
    for id in sent.keys() {
        let settled = chain.settlements(id).first().map(|settlement| settlement.outcome);
        let count = match settled {
            Some(Outcome::Completed) => &mut report.completed,
            Some(_) => &mut report.failed,
            None if taken.contains(id) => &mut report.expired,
            None => &mut report.refused,
        };
        *count += 1;
    }
    report
}

fn fault(record: &Record, what: &str) -> String {
    let Record { bank, life, began, ended, answer } = record;
    let (began, ended) = (began.as_millis(), ended.as_millis());
    format!("{} (life {life}), asked at {began} ms, answered at {ended} ms: {answer:?}: {what}", BANKS[*bank])
}

/// Nothing settles twice, nothing takes effect after its time, and no account is overdrawn.
fn chain_is_sound(chain: &Chain) -> Vec<String> {
    let mut faults = Vec::new();
    for (id, settlements) in chain.settled() {
        if settlements.len() > 1 {
            faults.push(format!("{id} settled {} times: {settlements:?}", settlements.len()));
        }
    }
    for height in 1..=chain.tip() {
        let Some(block) = chain.block(height) else { continue };
        let late = |(tx, outcome): &&(Transaction, Outcome)| {
            *outcome == Outcome::Completed && tx.body.valid_until < block.time
        };
        faults.extend(
            block.entries.iter().filter(late).map(|(tx, _)| format!("{} settled after its time", tx.id())),
        );
    }
    faults.extend(chain.overdrawn().map(|(account, height)| format!("height {height} overdraws {account}")));
    faults
}

/// A final answer is in the chain exactly so; with that, no two differ and none ever changes.
fn settlements_are_those_of_the_chain(chain: &Chain, records: &[Record]) -> Vec<String> {
    let wrong = |record: &Record| match &record.answer {
        Answer::Receipt(id, Standing::Final(said)) if chain.settlements(id).first() != Some(said) => {
            Some(fault(record, &format!("the chain says {:?}", chain.settlements(id))))
        }
        _ => None,
    };
    records.iter().filter_map(wrong).collect()
}

/// A transaction is shown with the bytes that were handed in.
fn transactions_are_those_sent(records: &[Record], sent: &BTreeMap<TxId, Transaction>) -> Vec<String> {
    let wrong = |record: &Record| match &record.answer {
        Answer::Transaction(id, Some(said)) if sent.get(id).is_none_or(|sent| sent.hash() != *said) => {
            Some(fault(record, "nobody handed in these bytes"))
        }
        _ => None,
    };
    records.iter().filter_map(wrong).collect()
}

/// A node that said that a transaction is settled never again says that it waits or is unknown.
fn settled_stays_settled(records: &[Record]) -> Vec<String> {
    let mut settled: BTreeMap<(usize, u32, TxId), Duration> = BTreeMap::new();
    for record in records {
        if let Answer::Receipt(id, Standing::Final(_)) = record.answer {
            let first = settled.entry((record.bank, record.life, id)).or_insert(record.ended);
            *first = record.ended.min(*first);
        }
    }
    let wrong = |record: &Record| {
        let (Answer::Receipt(id, Standing::Unknown | Standing::Pending) | Answer::Transaction(id, None)) =
            record.answer
        else {
            return None;
        };
        let since = settled.get(&(record.bank, record.life, id))?;
        (record.began > *since).then(|| fault(record, &format!("it was settled at {} ms", since.as_millis())))
    };
    records.iter().filter_map(wrong).collect()
}

fn blocks_are_those_of_the_chain(chain: &Chain, records: &[Record]) -> Vec<String> {
    let wrong = |record: &Record| match &record.answer {
        Answer::Block(height, Some(said)) => {
            let is = chain.block(*height).map(|block| block.private_hash);
            (is != Some(*said)).then(|| fault(record, &format!("the chain has {is:?}")))
        }
        _ => None,
    };
    records.iter().filter_map(wrong).collect()
}

/// A balance is that after the height that the answer names; that the height fits the time of the answer
/// is for [`heights_never_fall`] to say.
fn balances_are_those_of_a_height(chain: &Chain, records: &[Record]) -> Vec<String> {
    let wrong = |record: &Record| match &record.answer {
        Answer::Account(handle, Some((height, said))) => {
            let is = chain.balance(handle, *height);
            let right = *height <= chain.tip() && is == Some(i128::from(said.0));
            (!right).then(|| fault(record, &format!("after that height it held {is:?}")))
        }
        _ => None,
    };
    records.iter().filter_map(wrong).collect()
}

/// What settled in a session is listed in the order of the chain, without a gap; that nothing is missing at
/// the end is for [`heights_never_fall`] to say.
fn lists_are_those_of_the_chain(chain: &Chain, records: &[Record]) -> Vec<String> {
    let wrong = |record: &Record| {
        let Answer::Session(page) = &record.answer else { return None };
        let is = chain.in_session(&page.session, page.from).iter().map(|(_, id)| id);
        let right = page.ids.len() <= is.len() && page.ids.iter().eq(is.take(page.ids.len()));
        (!right).then(|| fault(record, "the chain lists others"))
    };
    records.iter().filter_map(wrong).collect()
}

/// What a node shows to have, it has in every later answer, also after it was killed: an answer that
/// speaks of the tip never speaks of one below what an earlier answer of that node showed.
fn heights_never_fall(chain: &Chain, records: &[Record]) -> Vec<String> {
    let mut shown: BTreeMap<(usize, u32), Vec<(Duration, u64)>> = BTreeMap::new();
    for record in records {
        if let Some(height) = shown_height(&record.answer) {
            shown.entry((record.bank, record.life)).or_default().push((record.ended, height));
        }
    }
    for series in shown.values_mut() {
        series.sort_unstable();
        let mut greatest = 0;
        for (_, height) in series {
            greatest = greatest.max(*height);
            *height = greatest;
        }
    }
    let wrong = |record: &Record| {
        let tip_max = tip_max(chain, &record.answer)?;
        let series = shown.get(&(record.bank, record.life))?;
        let before = series.partition_point(|(ended, _)| *ended < record.began);
        let (when, height) = series[before.checked_sub(1)?];
        let what =
            || format!("it had shown height {height} by {} ms, this is of {tip_max}", when.as_millis());
        (height > tip_max).then(|| fault(record, &what()))
    };
    records.iter().filter_map(wrong).collect()
}

/// A height that the node has, by its own word.
fn shown_height(answer: &Answer) -> Option<u64> {
    match answer {
        Answer::Head(height) | Answer::Block(height, Some(_)) | Answer::Account(_, Some((height, _))) => {
            Some(*height)
        }
        Answer::Receipt(_, Standing::Final(settlement)) => Some(settlement.height),
        _ => None,
    }
}

/// The greatest tip that a node can have had when it answered so.
fn tip_max(chain: &Chain, answer: &Answer) -> Option<u64> {
    let before = |height: u64| height.saturating_sub(1);
    match answer {
        Answer::Head(height) | Answer::Account(_, Some((height, _))) => Some(*height),
        Answer::Block(height, None) => Some(before(*height)),
        Answer::Session(page) if page.is_last => {
            let missing = chain.in_session(&page.session, page.from).get(page.ids.len())?;
            Some(before(missing.0))
        }
        Answer::Account(handle, None) => chain.opened_at(handle).map(before),
        Answer::Receipt(id, Standing::Unknown | Standing::Pending) | Answer::Transaction(id, None) => {
            chain.settlements(id).first().map(|settlement| before(settlement.height))
        }
        _ => None,
    }
}

/// Once the chain's time is past that of a transaction, it has settled or never will; until then a node
/// that took it owes an answer, and the story has not waited for it.
fn what_is_taken_settles_or_expires(
    chain: &Chain,
    records: &[Record],
    sent: &BTreeMap<TxId, Transaction>,
) -> Vec<String> {
    let last = chain.block(chain.tip()).map(|block| block.time);
    let wrong = |record: &Record| {
        let Answer::Sent(id, Sending::Taken) = record.answer else { return None };
        let expired = last.is_some_and(|last| last > sent[&id].body.valid_until);
        let settled = !chain.settlements(&id).is_empty();
        (!settled && !expired).then(|| fault(record, "it neither settled nor expired"))
    };
    records.iter().filter_map(wrong).collect()
}

/// What every node refused that was asked never takes effect. A node that had it already says so by the
/// reasons of duplicates, and one that gave no answer may have taken it.
fn what_is_refused_never_settles(chain: &Chain, records: &[Record]) -> Vec<String> {
    let is_refusal = |sending: Sending| match sending {
        Sending::Refused(reason) => !matches!(reason, Reason::Replayed | Reason::PoolDuplicate),
        Sending::Taken | Sending::Unheard => false,
    };
    let sends = || {
        records.iter().filter_map(|record| match record.answer {
            Answer::Sent(id, sending) => Some((record, id, sending)),
            _ => None,
        })
    };
    let perhaps: BTreeSet<TxId> =
        sends().filter(|(_, _, sending)| !is_refusal(*sending)).map(|(_, id, _)| id).collect();
    let wrong = |(record, id, _): (&Record, TxId, Sending)| {
        let settled = chain.settlements(&id).first()?;
        (!perhaps.contains(&id)).then(|| fault(record, &format!("it is in the chain: {settled:?}")))
    };
    sends().filter_map(wrong).collect()
}
