//! What private bodies cost: the same load on networks that make them and on networks that leave them
//! empty, in turn. Half of the load is transfers, which conceal nothing that is kept; the other half opens
//! sessions, whose identities fill the bodies as on a busy morning.
//!
//! The second `idx-node` is built with the feature `empty-bodies`: a node of that kind agrees with no
//! other, so that it cannot be mistaken for a bank's.

use crate::load;
use crate::net::{Net, account};
use crate::network::quantile;
use crate::report::{Floor, Report};
use crate::stream;
use anyhow::{Context, Result, ensure};
use idx_crypto::{Hasher, Signer};
use idx_node::keys::{self, NodeKeys};
use idx_node::pay;
use idx_node::pay::identity::{Sealer, made_up};
use idx_node::pay::network::{Facts, Network};
use idx_node::pay::plan::LIFE_MS;
use idx_node::pay::row::Party;
use idx_node::rpc::RpcNetwork;
use idx_types::tx::{OpenSession, TX_VERSION};
use idx_types::{NetworkDay, SessionId, Transaction, TxBody, TxKind};
use std::path::Path;

/// What private bodies may add to the time to finality, percent.
const ADDED_PERCENT_MAX: f64 = 15.0;

/// What is asked of both networks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// Transactions a second.
    pub rate: u32,
    /// Seconds of load of each run.
    pub seconds: u32,
    /// Accounts that pay each other and open sessions.
    pub accounts: usize,
    /// Runs of each network.
    pub runs: usize,
}

/// Measures both networks in turn, and takes the medians.
///
/// # Errors
/// A network does not come up, goes away, or does not settle what it was given.
pub async fn run(sealing: &Path, empty: &Path, plan: Plan, report: &mut Report) -> Result<()> {
    ensure!(sealing != empty, "both networks would run the same idx-node");
    let mut medians = [Vec::new(), Vec::new()];
    for number in 0..plan.runs {
        // Who is first changes, so that a machine that grows warm or tired favours neither.
        let turns = if number % 2 == 0 { [0, 1] } else { [1, 0] };
        for turn in turns {
            eprintln!("bodies: run {} of {}, {}", number + 1, plan.runs, ["sealed", "empty"][turn]);
            medians[turn].push(finality_ms([sealing, empty][turn], plan).await?);
        }
    }
    let [sealed, empty] = medians.map(middle);
    report.note("bodies.asked_per_s", f64::from(plan.rate));
    report.note("bodies.runs_of_each", plan.runs as f64);
    report.note("bodies.sealed_finality_ms_median", sealed);
    report.note("bodies.empty_finality_ms_median", empty);
    let added = (sealed / empty.max(f64::MIN_POSITIVE) - 1.0) * 100.0;
    report.judge("bodies.added_percent", added, Floor::Below(ADDED_PERCENT_MAX));
    Ok(())
}

/// The median time to finality of one run.
async fn finality_ms(binary: &Path, plan: Plan) -> Result<f64> {
    let count = plan.rate as usize * plan.seconds as usize;
    let net = Net::start(binary)?;
    net.open_accounts(plan.accounts).await?;
    let transfers = stream::sign(&net, plan.accounts, count / 2).await?.transfers;
    let openings = openings(&net, plan.accounts, count - count / 2).await?;
    let load = alternating(openings, transfers);
    let urls: Vec<String> = net.nodes().iter().map(|node| node.rpc_url()).collect();
    let loaded = load::drive(&urls, &load, plan.rate).await?;
    ensure!(loaded.failed.is_empty(), "a run without every transaction is no measure: {:?}", loaded.failed);
    Ok(middle(loaded.latencies_ms))
}

/// Openings of sessions that nobody has opened, each by its bank, sealed and signed.
async fn openings(net: &Net, accounts: usize, count: usize) -> Result<Vec<Transaction>> {
    let urls: Vec<String> = net.nodes().iter().map(|node| node.url.clone()).collect();
    let facts = RpcNetwork::new(&urls)?.facts().await?;
    let wallet = net.layout().wallet()?;
    let places = net.layout().places();
    let open = |place: &idx_node::testnet::Place| {
        NodeKeys::open(&place.home, &keys::passphrase(&place.home, None, None)?)
    };
    let signers = places.iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let entropy = keys::random()?;
    let mut sealer = Sealer::new(&entropy);
    let opening = |number: usize| {
        let (account, door) = account(number % accounts);
        let party = Party { bank: places[door].code.clone(), account };
        let handle = wallet.handle(&party);
        opening(&facts, (&party, number), &mut sealer, handle, &signers[door].consensus)
    };
    (0..count).map(opening).collect()
}

fn opening(
    facts: &Facts,
    (party, number): (&Party, usize),
    sealer: &mut Sealer<'_>,
    handle: idx_types::AccountHandle,
    signer: &dyn Signer,
) -> Result<Transaction> {
    let (now, day) = (pay::now(), NetworkDay::of(pay::now()));
    let bank =
        facts.banks.iter().find(|bank| bank.code == party.bank).context("the network has lost a bank")?;
    let session = Hasher::new("idx/bench-session/1").part(&(number as u64).to_le_bytes()).finish();
    let session = SessionId(session.0);
    let record = made_up(party, handle, Some(session));
    let identity = sealer.identity(facts, (bank.hpke_key, day), &record, bank.id)?;
    let open = OpenSession {
        bank: bank.id,
        session,
        handle: sealer.conceal(handle),
        key: signer.public_key(),
        expires_at: day.end(),
        identity,
    };
    let body = TxBody {
        version: TX_VERSION,
        chain_id: facts.chain_id,
        created_at: now,
        valid_until: now.plus(LIFE_MS.min(facts.params.max_validity_ms)),
        nonce: number as u64,
        kind: TxKind::OpenSession(open),
    };
    Ok(body.sign(&[signer]))
}

/// One of the first, one of the second, and so on; the rest of the longer at the end.
fn alternating<T>(first: Vec<T>, second: Vec<T>) -> Vec<T> {
    let mut both = Vec::with_capacity(first.len() + second.len());
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    loop {
        let (one, two) = (first.next(), second.next());
        if one.is_none() && two.is_none() {
            return both;
        }
        both.extend(one);
        both.extend(two);
    }
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    quantile(&values, 50.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_of_both_kinds_all_along() {
        assert_eq!(alternating(vec![1, 3, 5], vec![2, 4]), [1, 2, 3, 4, 5]);
        assert_eq!(alternating(vec![], vec![2, 4]), [2, 4]);
        assert_eq!(middle(vec![9.0, 1.0, 5.0]), 5.0);
    }
}
