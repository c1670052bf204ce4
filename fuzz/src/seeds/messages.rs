//! True messages and rows: gossip of a simulated network, and a height with everything that is stored
//! of it.

use super::{Seed, picked};
use crate::cast::{Cast, prepared};
use crate::stage::{GENESIS_MS, banks, genesis};
use borsh::{BorshSerialize, to_vec};
use idx_chain::{Sealed, State, system_handle};
use idx_client::testing::{certified, deposit};
use idx_replica::JournalEntry;
use idx_sim::{Plan, World};
use idx_storage::store::rows;
use idx_storage::{HeightRecord, TxPlace};
use idx_types::testing::{self, key};
use idx_types::tx::Closing;
use idx_types::wire::{self, Gossip, ObservedHeight, Request, Response, Status};
use idx_types::{
    AccountHandle, AccountKind, AccountTold, BalanceAnswer, BalanceQuestion, BankId, Currency, Decision,
    Evidence, Height, NumberEnding, Outcome, PaddedAnswer, Paise, PreparedTx, PrivateHash, PublicHash,
    ReceiverTag, Round, SessionId, Signed, StateParts, TimestampMs, Transaction, TxBody, TxHash, TxKind,
    VoteKind,
};

/// Simulated time in which the network talks, milliseconds.
const TALK_MS: u64 = 1_500;

/// Messages kept of each kind.
const OF_A_KIND: usize = 4;

pub(super) fn seeds() -> Vec<Seed> {
    let gossip = gossip();
    let wire = gossip.iter().map(|message| picked(0, &wire::encode(message)));
    let asked = requests().into_iter().map(|request| picked(1, &wire::encode(&request)));
    let told = responses().into_iter().map(|response| picked(2, &wire::encode(&response)));
    let mut seeds: Vec<Seed> = wire.chain(asked).chain(told).map(|bytes| ("wire", bytes)).collect();
    seeds.extend(stored(&gossip).into_iter().map(|bytes| ("stored", bytes)));
    seeds.push(("snapshot", to_vec(&genesis().snapshot()).expect("writing to memory")));
    seeds.extend((0..11).map(|kind| ("gate", picked(kind, &[0, 0, 0]))));
    seeds.extend((0..8).map(|n| ("proofs", vec![n, 3 * n, n, n])));
    seeds.extend((0..3).map(|n| ("receipts", vec![n])));
    seeds.extend((0..6).map(|n| ("observed", vec![n % 3, n % 3, n / 3])));
    seeds
}

/// The shortest messages of each kind that a network sends while it works.
fn gossip() -> Vec<Gossip> {
    let mut world = World::new(Plan::quiet(1));
    world.keep_messages();
    world.run_ms(TALK_MS).expect("a quiet run breaks no promise");
    let kind = |message: &Gossip| wire::encode(message)[1];
    let mut all: Vec<Gossip> = world.messages().to_vec();
    all.sort_by_key(|message| (kind(message), wire::encode(message).len()));
    let shortest = all.chunk_by(|a, b| kind(a) == kind(b)).flat_map(|of_kind| of_kind.iter().take(OF_A_KIND));
    // A quiet network has no forks to tell of.
    let forks = crate::gate::messages(Cast(&genesis())).into_iter().filter(|m| matches!(m, Gossip::Fork(_)));
    shortest.cloned().chain(forks).collect()
}

fn requests() -> Vec<Request> {
    let status =
        Status { height: Height(3), private_hash: PrivateHash([1; 32]), clock: TimestampMs(GENESIS_MS) };
    let hashes = vec![TxHash([2; 32]), TxHash([3; 32])];
    vec![
        Request::Status(status),
        Request::Heights { from: Height(1), count: 64 },
        Request::Observed { from: Height(1), count: 64 },
        Request::Transactions { block: PublicHash([1; 32]), hashes },
        Request::Balances(question()),
    ]
}

fn responses() -> Vec<Response> {
    let status =
        Status { height: Height(3), private_hash: PrivateHash([1; 32]), clock: TimestampMs(GENESIS_MS) };
    let height = certified(1, vec![deposit(1)], vec![Outcome::Completed]);
    vec![
        Response::Status(status),
        Response::Heights(Vec::new()),
        Response::Observed(vec![ObservedHeight::of(height.clone(), StateParts::default(), None)]),
        Response::Heights(vec![height]),
        Response::Transactions { block: PublicHash([1; 32]), transactions: vec![deposit(1), deposit(2)] },
        Response::Transactions { block: PublicHash([1; 32]), transactions: vec![rotation()] },
        told(None),
        told(Some("501000000042")),
    ]
}

fn question() -> BalanceQuestion {
    BalanceQuestion { tag: ReceiverTag([4; 32]), nonce: [5; 32] }
}

/// What a bank tells of a customer: nothing, or of one account with this number.
fn told(number: Option<&str>) -> Response {
    let account = |ending| AccountTold { ending, balance: Paise(500_000), held: Paise(1), is_frozen: false };
    let answer = BalanceAnswer {
        chain_id: testing::chain_id(),
        holder: BankId(1),
        asker: BankId(2),
        question: question(),
        height: Height(3),
        told: number.map(|number| NumberEnding::of(number).map(account).into_iter().collect()),
    };
    let padded = PaddedAnswer::new(Signed::new(answer, &key(1))).expect("one account fits");
    Response::Balances(Box::new(padded))
}

/// Rows of every kind that the target `stored` knows, in its order.
fn stored(gossip: &[Gossip]) -> Vec<Vec<u8>> {
    let mut rows: Vec<Vec<u8>> = gossip.iter().filter_map(entry).map(|entry| row(0, &entry)).collect();
    rows.push(row(0, &JournalEntry::Started));
    let mut state = genesis();
    let record = next_height(&mut state);
    rows.push(row(1, &record));
    rows.push(row(2, &record.delta.core));
    rows.push(row(3, &deposit(1)));
    rows.push(row(3, &rotation()));
    rows.extend(travel().map(|tx| row(3, &tx)));
    rows.push(row(4, &state.accounts()[0]));
    rows.push(row(6, state.tip()));
    rows.push(row(7, &TxPlace { height: Height(1), index: 0, outcome: Outcome::Completed }));
    let vote = |value| Cast(&state).vote(BankId(1), Round(0), VoteKind::Prevote, value);
    rows.push(row(8, &Evidence::Votes(vote(None), vote(Some(PrivateHash([1; 32]))))));
    rows.push(row(9, &**state.validators()));
    let handle = system_handle(BankId(1), AccountKind::Stake);
    rows.push(row(10, &state.account_proof(&handle).expect("banks have system accounts")));
    let block = certified(1, vec![deposit(1), deposit(2)], vec![Outcome::Completed; 2]).public;
    rows.push(picked(12, &rows::of_block(&block)));
    rows.push(picked(
        13,
        &[&[0; 8][..], &to_vec(&vec![(TimestampMs(1), deposit(1).id())]).expect("memory")].concat(),
    ));
    rows
}

/// A new key of the private chain.
fn rotation() -> Transaction {
    let kind = TxKind::RotateChainKey(Box::new(super::sealed::rotation()));
    TxBody { kind, ..deposit(1).body }.sign(&[&key(2)])
}

/// A rate, and the opening and both closings of a travel account.
fn travel() -> [Transaction; 4] {
    let (bank, session, handle) = (BankId(1), SessionId([1; 32]), AccountHandle([2; 32]));
    let closing = |closing| testing::close_travel(bank, closing);
    let kinds = [
        testing::forex_rate(Currency::Usd, 8_300_000_000, 8_333_333_333, TimestampMs(GENESIS_MS)),
        testing::open_travel((session, bank), "CITI_USA", Paise(100_000), handle),
        closing(Closing::Session(session)),
        closing(Closing::Expired(testing::concealed(handle))),
    ];
    kinds.map(|kind| TxBody { kind, ..deposit(1).body }.sign(&[&key(2)]))
}

fn row(kind: usize, value: &impl BorshSerialize) -> Vec<u8> {
    picked(kind, &to_vec(value).expect("writing to memory"))
}

fn entry(message: &Gossip) -> Option<JournalEntry> {
    match message {
        Gossip::Vote(vote) => Some(JournalEntry::Vote(*vote)),
        Gossip::Verdicts(verdicts) => Some(JournalEntry::OwnVerdicts((**verdicts).clone())),
        Gossip::Proposal(message) => Some(JournalEntry::Proposal((**message).clone(), true)),
        Gossip::Mined(block) => {
            let (announcement, transactions) = ((**block).clone(), Vec::new());
            Some(JournalEntry::Block { announcement, transactions, timely: true })
        }
        _ => None,
    }
}

/// Moves the state on by a block of one transaction.
fn next_height(state: &mut State) -> HeightRecord {
    let cast = Cast(state);
    let now = TimestampMs(GENESIS_MS + 1_000);
    let txs: Vec<PreparedTx> = vec![prepared(cast.transaction(now, 1))];
    let header = cast.header(Round(0), now, &txs);
    let certified = cast.certified(header, &txs, banks());
    let execution = state.execute(&certified.public.header, &txs, &[Decision::Pass]);
    let (public_hash, private_hash) = (certified.private.header.public_hash, certified.commit.value);
    let delta = state.commit(execution, Sealed { public_hash, private_hash, mining_ms: 1 });
    HeightRecord { certified, delta }
}
