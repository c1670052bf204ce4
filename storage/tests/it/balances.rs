//! Balances by height against the ledger itself, and the search by time against a plain scan.

use crate::support::{FAR, all_pages, commit_all, new_store};
use idx_chain::testing::{RATE, World, session_key, travel_spec};
use idx_crypto::{Ed25519, Signer};
use idx_storage::testing::{BANKS, Heights};
use idx_storage::{BalanceAt, Order, Subject};
use idx_types::testing::{forex_rate, key, open_session, open_travel, publisher_key};
use idx_types::tx::Closing;
use idx_types::{
    AccountHandle, BankId, Currency, Height, Outcome, Paise, PreparedTx, SessionId, TimestampMs,
};

/// What the ledger showed after each height, where it changed.
fn changes(told: &[BalanceAt]) -> Vec<BalanceAt> {
    let mut kept: Vec<BalanceAt> = Vec::new();
    for row in told {
        if kept.last().is_none_or(|last| last.balance != row.balance) {
            kept.push(*row);
        }
    }
    kept
}

#[test]
fn balances_are_those_of_the_ledger_after_each_height() {
    let folder = tempfile::tempdir().unwrap();
    let mut heights = Heights::default();
    let store = new_store(folder.path(), &heights);
    let mut records = vec![heights.opening(7)];
    let account = heights.customers[3].account;
    let mut told = Vec::new();
    for round in 0..40 {
        if round > 0 {
            records.push(if round % 3 == 0 { heights.resting(5_000) } else { heights.paying(round % 5) });
        }
        let (state, tip) = (&heights.world.state, *heights.world.state.tip());
        let balance = state.account(&account).unwrap().balance;
        told.push(BalanceAt { height: tip.height, time: tip.timestamp, balance });
    }
    commit_all(&store, &records);
    let kept = store.balances(&account, (Height(0), FAR), 1_000).unwrap();
    assert_eq!(changes(&kept), changes(&told));
    assert!(kept.len() > 10, "{}", kept.len());
    for row in &told {
        let at = store.balance_at(&account, row.height).unwrap().unwrap();
        assert_eq!(at.balance, row.balance);
        for time in [row.time, TimestampMs(row.time.0 + 1)] {
            let before = kept.iter().rev().find(|kept| kept.time < time).copied();
            assert_eq!(store.balance_before(&account, time).unwrap(), before);
        }
    }
    assert_eq!(store.balance_before(&account, TimestampMs(0)).unwrap(), None);
    let middle = &kept[2..5];
    let span = (middle[0].height, middle[2].height);
    assert_eq!(store.balances(&account, span, 1_000).unwrap(), middle);
    assert_eq!(store.balances(&account, span, 1).unwrap(), middle[..1]);
}

#[test]
fn a_store_that_begins_later_has_balances_from_there_on_and_others_accounts_have_none() {
    let mut heights = Heights::default();
    heights.opening(3);
    heights.paying(2);
    let folder = tempfile::tempdir().unwrap();
    let store = new_store(folder.path(), &heights);
    let account = heights.customers[0].account;
    let tip = *heights.world.state.tip();
    let balance = heights.world.state.account(&account).unwrap().balance;
    let first = BalanceAt { height: tip.height, time: tip.timestamp, balance };
    assert_eq!(store.balances(&account, (Height(0), FAR), 10).unwrap(), [first]);
    assert_eq!(store.balance_at(&account, Height(tip.height.0 - 1)).unwrap(), None);
    let unknown = AccountHandle([0xee; 32]);
    assert_eq!(store.balance_at(&unknown, FAR).unwrap(), None);
    let own = store.load().unwrap().unwrap().accounts;
    let bank = own.iter().find(|account| account.kind == idx_types::AccountKind::BankFees).unwrap();
    assert_ne!(bank.handle, account);
    assert_eq!(store.balances(&bank.handle, (Height(0), FAR), 10).unwrap(), []);
    assert_ne!(first.balance, Paise::ZERO);
}

#[test]
fn a_closing_is_listed_under_the_account_that_it_pays() {
    let folder = tempfile::tempdir().unwrap();
    let mut heights = Heights::new(&travel_spec(BANKS));
    let store = new_store(folder.path(), &heights);
    commit_all(&store, &[heights.opening(1)]);
    let customer = heights.customers[0];
    let (bank, travel, over) = (BankId(customer.bank), AccountHandle([0xaa; 32]), SessionId([0xbb; 32]));
    let expires_at = heights.world.state.tip().timestamp.plus(3_600_000);
    let now = heights.world.state.tip().timestamp;
    let kinds = [
        (forex_rate(Currency::Usd, RATE.0, RATE.0, now), publisher_key()),
        (open_travel((customer.session, bank), "CITI_USA", Paise(1_000_000), travel), session_key()),
        (
            open_session(bank, over, travel, session_key().public_key(), expires_at),
            key(customer.bank as u8 + 1),
        ),
        (World::close_travel(customer.bank, Closing::Session(over)), session_key()),
    ];
    for (kind, signer) in kinds {
        let body = heights.world.body(kind);
        let tx = PreparedTx::verify(body.sign(&[&signer]), &Ed25519);
        let record = heights.next(&[tx]);
        assert_eq!(record.certified.private.outcomes, [Outcome::Completed]);
        commit_all(&store, &[record]);
    }
    let tip = store.height().unwrap();
    for account in [customer.account, travel] {
        let listed = all_pages(&store, Subject::Account(account), Order::NewestFirst, 9).unwrap();
        assert_eq!(listed[0].height, tip, "the closing");
        assert_eq!(store.balance_at(&account, tip).unwrap().unwrap().height, tip);
    }
    assert_eq!(store.balance_at(&travel, tip).unwrap().unwrap().balance, Paise::ZERO);
}
