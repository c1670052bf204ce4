//! Any sequence of transactions and decisions: money is kept, no balance is negative, and every way to
//! a state leads to the same root.

mod lawful;
mod travel;

use idx_chain::testing::{World, handle, session_key};
use idx_chain::{Sealed, State};
use idx_crypto::Ed25519;
use idx_types::testing::{self, key};
use idx_types::tx::{Ballot, Change, Freeze, Propose, ReportEvidence, Transfer};
use idx_types::{
    AccountHandle, BankId, Currency, Decision, Evidence, FreezeState, Height, JudgeId, Outcome, Paise,
    Params, PreparedTx, PrivateHash, PublicHash, Reason, Round, SessionId, Signed, TxId, TxKind, Vote,
    VoteKind,
};
use proptest::prelude::*;

/// Accounts and sessions that transactions pick from; number n belongs to bank n mod 6.
const ACCOUNTS: u64 = 8;

/// A transaction as a few small numbers, most of which name something that exists.
#[derive(Clone, Debug)]
struct Ask {
    kind: u8,
    a: u64,
    b: u64,
    amount: u64,
    /// Whether it is signed by whom it should be.
    honest: bool,
    decision: u8,
}

fn ask() -> impl Strategy<Value = Ask> {
    let amounts =
        prop_oneof![4 => 0..300u64, 12 => 10_000..2_000_000u64, 1 => Just(u64::MAX), 1 => Just(1 << 40)];
    (0..30u8, 0..ACCOUNTS + 1, 0..ACCOUNTS + 1, amounts, prop::bool::weighted(0.95), 0..12u8)
        .prop_map(|(kind, a, b, amount, honest, decision)| Ask { kind, a, b, amount, honest, decision })
}

fn blocks() -> impl Strategy<Value = Vec<Vec<Ask>>> {
    prop::collection::vec(prop::collection::vec(ask(), 0..8), 1..12)
}

fn bank_of(number: u64) -> u16 {
    (number % 6) as u16
}

fn session_of(number: u64) -> SessionId {
    SessionId(handle(500 + number).0)
}

fn decision_of(ask: &Ask) -> Decision {
    match ask.decision {
        0 => Decision::Defer,
        1 => Decision::Fail(Reason::RejectedByPolicy),
        _ => Decision::Pass,
    }
}

/// A world in which every account and session of the pool exists, all but two with some money.
fn settled_world() -> World {
    let mut world = World::with_travel(6);
    world.decree(Change::RegisterJudge(Box::new(testing::judge(JudgeId(1)))));
    for number in 0..ACCOUNTS {
        let (bank, account) = (bank_of(number), handle(number));
        world.done(testing::open_account(BankId(bank), account), bank);
        if number > 1 {
            world.done(world.cash_in(bank, account, 2_500_000), bank);
        }
        world.done(open_session(&world, number, account), bank);
    }
    travel::set_up(&mut world);
    world
}

fn open_session(world: &World, number: u64, handle: AccountHandle) -> TxKind {
    let (bank, session) = (BankId(bank_of(number)), session_of(number));
    let key = idx_crypto::Signer::public_key(&session_key());
    testing::open_session(bank, session, handle, key, world.next_time().plus(40_000_000))
}

fn vote(bank: u64, round: u64, value: u8) -> Vote {
    Vote {
        chain_id: testing::chain_id(),
        height: Height(1),
        round: Round(round as u32),
        kind: VoteKind::Precommit,
        value: Some(PrivateHash([value; 32])),
        bank: BankId(bank_of(bank)),
    }
}

fn evidence(ask: &Ask) -> TxKind {
    let liar = key(bank_of(ask.a) as u8 + 1);
    let sign = |value| Signed::new(vote(ask.a, ask.amount % 3, value), &liar);
    let report = ReportEvidence { bank: BankId(bank_of(ask.b)), evidence: Evidence::Votes(sign(1), sign(2)) };
    TxKind::Evidence(Box::new(report))
}

fn proposal(world: &World, ask: &Ask) -> TxKind {
    let height = world.state.tip().height.0;
    let change = match ask.amount % 3 {
        0 => Change::RemoveBank(BankId(bank_of(ask.b))),
        1 => Change::Params(Box::new(Params {
            min_transfer: Paise(1 + ask.amount % 500),
            ..Params::default()
        })),
        _ => {
            let bank = idx_chain::testing::bank(6 + bank_of(ask.b));
            Change::AddBank(idx_types::tx::AddBank { bank: idx_types::Bank { stake: Paise::ZERO, ..bank } })
        }
    };
    TxKind::Propose(Propose {
        bank: BankId(bank_of(ask.a)),
        change,
        effective_at: Height(height + 2 + ask.b),
    })
}

fn ballot(world: &World, ask: &Ask) -> TxKind {
    let open = world.state.proposals();
    let proposal = open.get(ask.b as usize % open.len().max(1)).map_or(TxId([0; 32]), |open| open.id);
    TxKind::Ballot(Ballot { bank: BankId(bank_of(ask.a)), proposal, approve: !ask.amount.is_multiple_of(4) })
}

fn transfer(world: &World, ask: &Ask) -> TxKind {
    let side = |number| (bank_of(number), session_of(number));
    let transfer: Transfer = world.transfer(side(ask.a), side(ask.b), ask.amount);
    TxKind::Transfer(transfer)
}

fn kind(world: &World, ask: &Ask) -> TxKind {
    let (bank, account) = (BankId(bank_of(ask.a)), handle(ask.a));
    let cash = testing::cash(bank, account, Paise(ask.amount));
    let order = lawful::some_order(world, ask.b);
    match ask.kind {
        0 => testing::open_account(bank, handle(ask.amount)),
        1 => TxKind::CloseAccount(testing::account_ref(bank, account)),
        2 => TxKind::Deposit(cash),
        3 => TxKind::Withdraw(cash),
        4 if ask.amount.is_multiple_of(2) => world.freeze(bank.0, account),
        4 => TxKind::Freeze(Freeze {
            bank,
            handle: testing::concealed(account),
            cause: FreezeState::ByOrder(order),
        }),
        5 => TxKind::Unfreeze(testing::account_ref(bank, account)),
        6 => evidence(ask),
        7 => proposal(world, ask),
        8 | 12 | 13 => ballot(world, ask),
        14..20 => lawful::kind(world, ask),
        22.. => travel::kind(world, ask),
        _ => transfer(world, ask),
    }
}

fn prepare(world: &mut World, ask: &Ask) -> PreparedTx {
    let kind = kind(world, ask);
    let by_sessions = matches!(kind, TxKind::Transfer(_));
    let body = world.body(kind.clone());
    let (right, wrong) = (session_key(), key(199));
    let signer = match (&kind, ask.honest) {
        (_, false) => wrong,
        (TxKind::Evidence(_), _) => key(bank_of(ask.b) as u8 + 1),
        _ if (14..20).contains(&ask.kind) => lawful::signer(&kind, bank_of(ask.a)),
        _ if ask.kind >= 22 => travel::signer(&kind, bank_of(ask.a)),
        _ => key(bank_of(ask.a) as u8 + 1),
    };
    let signed = if by_sessions { body.sign(&[&right, &right]) } else { body.sign(&[&signer]) };
    PreparedTx::verify(signed, &Ed25519)
}

/// Commits one block on a state and returns its outcomes.
fn step(state: &mut State, world: &World, txs: &[PreparedTx], decisions: &[Decision]) -> Vec<Outcome> {
    let execution = state.execute(&world.header(), txs, decisions);
    assert_eq!(execution, state.execute(&world.header(), txs, decisions), "twice is the same");
    let outcomes = execution.outcomes().to_vec();
    check_postings(&execution, &outcomes);
    let (height, foretold) = (execution.height(), execution.state_root(height_ms(&outcomes)));
    let mark = height.0.to_le_bytes();
    let sealed = Sealed {
        public_hash: PublicHash(idx_crypto::sha256(&mark).0),
        private_hash: PrivateHash(idx_crypto::leaf_hash(&mark).0),
        mining_ms: height_ms(&outcomes),
    };
    let delta = state.commit(execution, sealed);
    assert_eq!((state.root(), delta.core.root), (foretold, foretold));
    outcomes
}

/// A search time that differs from block to block.
fn height_ms(outcomes: &[Outcome]) -> u32 {
    outcomes.len() as u32 * 3
}

fn check_postings(execution: &idx_chain::Execution, outcomes: &[Outcome]) {
    for (place, outcome) in outcomes.iter().enumerate() {
        let postings = execution.postings(place);
        for currency in Currency::ALL {
            let of_currency = postings.iter().filter(|posting| posting.currency == currency);
            assert_eq!(of_currency.map(|posting| posting.change).sum::<i128>(), 0, "{currency}");
        }
        assert!(postings.is_empty() || *outcome == Outcome::Completed);
    }
    assert_eq!(execution.closing_postings().iter().map(|posting| posting.change).sum::<i128>(), 0);
}

fn check_money(state: &State) {
    assert_eq!(state.recount(), state.issued().clone().into_iter().collect::<Vec<_>>());
    for account in state.accounts().iter().filter(|account| account.closed_at.is_some()) {
        assert_eq!(account.balance, Paise::ZERO, "closed and not empty");
    }
    for bank in state.validators().banks() {
        let stake = idx_chain::system_handle(bank.id, idx_types::AccountKind::Stake);
        assert_eq!(state.account(&stake).map(|account| account.balance), Some(bank.stake));
    }
    assert!(state.validators().len() >= 4);
}

/// All accounts, but for freezes that end with their order's time.
fn without_freezes(state: &State) -> Vec<idx_types::Account> {
    let plain =
        |account: &idx_types::Account| idx_types::Account { freeze: FreezeState::Free, ..account.clone() };
    state.accounts().iter().map(plain).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Three ledgers go the same way: one, its independent twin, and one that is thrown away and
    /// restored from a snapshot at every height.
    #[test]
    fn any_sequence_keeps_the_invariants(blocks in blocks()) {
        let mut world = settled_world();
        let mut twin = settled_world().state;
        for block in &blocks {
            let txs: Vec<PreparedTx> = block.iter().map(|ask| prepare(&mut world, ask)).collect();
            let decisions: Vec<Decision> = block.iter().map(decision_of).collect();
            let mut restored = State::restore(world.state.snapshot()).expect("an own snapshot is sound");
            let in_restored = step(&mut restored, &world, &txs, &decisions);
            let in_twin = step(&mut twin, &world, &txs, &decisions);
            prop_assert_eq!(&in_restored, &in_twin);
            world.state = restored;
            prop_assert_eq!(world.state.snapshot(), twin.snapshot());
            check_money(&twin);
            lawful::check(&twin);
            travel::check(&twin);
            for (tx, outcome) in txs.iter().zip(&in_twin) {
                prop_assert_eq!(twin.is_settled(&tx.id), outcome.is_final());
            }
        }
    }

    /// A block run again after its own commit settles nothing twice.
    #[test]
    fn no_block_can_be_replayed(block in prop::collection::vec(ask(), 1..10)) {
        let mut world = settled_world();
        let txs: Vec<PreparedTx> = block.iter().map(|ask| prepare(&mut world, ask)).collect();
        world.apply(&txs);
        let before = without_freezes(&world.state);
        let again = world.apply(&txs);
        prop_assert!(again.iter().all(|outcome| *outcome == Outcome::Failed(Reason::Replayed)));
        prop_assert_eq!(without_freezes(&world.state), before);
    }
}
