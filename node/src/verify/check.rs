//! The rules of one height, said a second time.

use idx_chain::{Execution, State};
use idx_consensus::{approval, election, mining};
use idx_crypto::Ed25519;
use idx_types::block::{BLOCK_VERSION, body_hash, outcomes_hash, tx_root};
use idx_types::wire::CertifiedHeight;
use idx_types::{ApprovalScope, InvolvedBanks, PreparedTx, PrivateHeader, Transaction, TxHash};
use std::num::NonZeroUsize;
use std::thread;

/// Blocks below this are verified on one thread: starting more would cost more than it saves.
const TRANSACTIONS_PER_THREAD_MIN: usize = 16;

/// Checks the signatures of a block's transactions, on all cores.
pub fn prepare(transactions: &[Transaction]) -> Vec<PreparedTx> {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let share = transactions.len().div_ceil(cores).max(TRANSACTIONS_PER_THREAD_MIN);
    thread::scope(|scope| {
        let verify = |share: &[Transaction]| -> Vec<PreparedTx> {
            share.iter().map(|tx| PreparedTx::verify(tx.clone(), &Ed25519)).collect()
        };
        let threads: Vec<_> = transactions
            .chunks(share)
            .map(|share| {
                let share = share.to_vec();
                scope.spawn(move || verify(&share))
            })
            .collect();
        threads.into_iter().flat_map(|t| t.join().expect("verifying does not panic")).collect()
    })
}

/// Checks a height against the state before it; what it comes to, or the first rule that is broken.
pub fn check_height(
    state: &State,
    certified: &CertifiedHeight,
    transactions: &[PreparedTx],
) -> Result<Execution, String> {
    check_header(state, certified, transactions)?;
    check_certificates(state, certified, transactions.len())?;
    let involved: Vec<InvolvedBanks> =
        transactions.iter().map(|tx| tx.tx.body.kind.involved_banks()).collect();
    let certificate = &certified.private.certificate;
    let quorum = approval_quorum(state);
    let decisions = approval::decide(certificate, &involved, state.validators().len(), quorum);
    let execution = state.execute(&certified.public.header, transactions, &decisions);
    check_private(state, certified, &execution)?;
    Ok(execution)
}

fn approval_quorum(state: &State) -> usize {
    state.validators().quorums(state.params().approval_margin).quorum
}

/// The first rule that does not hold.
fn all_hold(rules: &[(bool, &str)]) -> Result<(), String> {
    rules.iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, fault)| Err((*fault).to_owned()))
}

fn check_header(
    state: &State,
    certified: &CertifiedHeight,
    transactions: &[PreparedTx],
) -> Result<(), String> {
    let (header, tip, banks) = (&certified.public.header, state.tip(), state.validators());
    let hashes: Vec<TxHash> = transactions.iter().map(|tx| tx.hash).collect();
    let earliest = tip.timestamp.plus(state.params().min_block_interval_ms);
    all_hold(&[
        (header.version == BLOCK_VERSION, "the header's version is unknown"),
        (header.chain_id == state.chain_id(), "the header is of another network"),
        (header.height == tip.height.next(), "the height does not follow the one before"),
        (header.parent_public == tip.public_hash, "the public parent is not the block before"),
        (header.parent_private == tip.private_hash, "the private parent is not the block before"),
        (header.validator_set_hash == banks.hash(), "the header names other banks"),
        (header.difficulty == state.difficulty(), "the difficulty is not the one in force"),
        (
            header.miner == election::miner(banks, header.height, header.round),
            "the miner was not elected for its round",
        ),
        (header.timestamp >= earliest, "the block comes too soon after its parent"),
        (tx_root(&hashes) == header.tx_root, "the transactions are not those of the header's root"),
        (mining::work_holds(header), "the proof of work does not hold"),
    ])
}

fn check_certificates(state: &State, certified: &CertifiedHeight, transactions: usize) -> Result<(), String> {
    let (chain_id, banks) = (state.chain_id(), state.validators());
    let quorum = banks.quorums(state.params().agreement_margin).quorum;
    let commit = &certified.commit;
    let height = certified.height();
    all_hold(&[
        (commit.height == height, "the commit certificate is of another height"),
        (commit.value == certified.private.header.hash(), "the commit certificate is of another block"),
    ])?;
    commit.check(chain_id, banks, quorum, &Ed25519).map_err(|e| format!("commit certificate: {e}"))?;
    let block = certified.public.header.hash();
    let quorum = approval_quorum(state);
    let scope = ApprovalScope { banks, chain_id, height, block, transactions, quorum };
    let approval = &certified.private.certificate;
    approval.check(&scope, &Ed25519).map_err(|e| format!("approval certificate: {e}"))
}

fn check_private(state: &State, certified: &CertifiedHeight, execution: &Execution) -> Result<(), String> {
    let (public, private) = (&certified.public.header, &certified.private);
    let said = &private.header;
    let expected = PrivateHeader {
        version: BLOCK_VERSION,
        chain_id: state.chain_id(),
        height: public.height,
        public_hash: public.hash(),
        parent_private: state.tip().private_hash,
        certificate_hash: private.certificate.hash(),
        outcomes_hash: outcomes_hash(execution.outcomes()),
        state_root: execution.state_root(said.mining_ms),
        body_hash: body_hash(&private.body),
        mining_ms: said.mining_ms,
    };
    all_hold(&[
        (execution.outcomes() == private.outcomes, "the outcomes are not those that follow"),
        (said.state_root == expected.state_root, "the state root is not the one that follows"),
        (said.outcomes_hash == expected.outcomes_hash, "the outcomes' digest is wrong"),
        (*said == expected, "the private header is not the one that follows"),
    ])
}
