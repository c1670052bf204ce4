//! A snapshot leads back to the same state, and no other one does.

use super::*;
use crate::testing::World;
use idx_types::{Paise, TxKind};

fn lively() -> World {
    let mut world = World::new(6);
    let (a, b) = (world.account(0, 900_000), world.account(1, 0));
    let (from, to) = (world.session(0, a), world.session(1, b));
    let ask = world.transfer((0, from), (1, to), 500_000);
    let tx = world.session_tx(TxKind::Transfer(ask));
    world.apply(&[tx]);
    world
}

#[test]
fn restored_equals_original_and_goes_on_alike() {
    let (mut world, mut twin) = (lively(), lively());
    let bytes = borsh::to_vec(&world.state.snapshot()).unwrap();
    twin.state = State::restore(borsh::from_slice(&bytes).unwrap()).unwrap();
    assert_eq!(twin.state.snapshot(), world.state.snapshot());
    for world in [&mut world, &mut twin] {
        let account = world.account(2, 700);
        world.session(2, account);
    }
    assert_eq!(twin.state.snapshot(), world.state.snapshot());
}

/// Every delta applied to rows kept outside gives the snapshot: what storage does.
#[test]
fn deltas_add_up_to_the_snapshot() {
    let mut world = World::new(6);
    let mut kept = world.state.snapshot();
    for step in 0..5u16 {
        let tx = world.open_account_with(step, |_| {});
        let execution = world.state.execute(&world.header(), &[tx], &[idx_types::Decision::Pass]);
        let sealed = crate::Sealed {
            public_hash: idx_types::PublicHash([1; 32]),
            private_hash: idx_types::PrivateHash([2; 32]),
            mining_ms: 3,
        };
        let delta = world.state.commit(execution, sealed);
        for (number, account) in delta.accounts {
            let place = usize::try_from(number).unwrap();
            if place == kept.accounts.len() {
                kept.accounts.push(account)
            } else {
                kept.accounts[place] = account
            }
        }
        kept.settled.extend(delta.settled);
        kept.core = delta.core;
    }
    assert_eq!(kept, world.state.snapshot());
    assert_eq!(State::restore(kept).unwrap().root(), world.state.root());
}

#[test]
fn ids_that_storage_kept_too_long_do_no_harm() {
    let world = lively();
    let mut snapshot = world.state.snapshot();
    snapshot.settled.insert(0, (TimestampMs(5), TxId([9; 32])));
    let restored = State::restore(snapshot).unwrap();
    assert!(!restored.is_settled(&TxId([9; 32])));
    assert_eq!(restored.root(), world.state.root());
}

#[test]
fn a_damaged_or_forged_snapshot_is_refused() {
    type Spoil = fn(&mut Snapshot);
    let table: [(Spoil, &str); 12] = [
        (|s| s.accounts[0].balance.0 += 1, "damaged or forged"),
        (|s| s.accounts.swap(0, 1), "damaged or forged"),
        (|s| s.accounts.truncate(7), "different heights"),
        (|s| s.accounts[1] = s.accounts[0].clone(), "two accounts"),
        (|s| s.sessions.truncate(1), "different heights"),
        (|s| s.sessions[0].expires_at.0 += 1, "damaged or forged"),
        (|s| s.sessions[1].id = s.sessions[0].id, "two sessions"),
        (|s| s.settled.truncate(1), "damaged or forged"),
        (|s| s.settled.swap(0, 1), "damaged or forged"),
        (|s| s.core.params.miner_fee.0 += 1, "damaged or forged"),
        (|s| s.core.work.difficulty += 1, "damaged or forged"),
        (|s| s.core.registries.issued.clear(), "damaged or forged"),
    ];
    for (spoil, message) in table {
        let mut snapshot = lively().state.snapshot();
        spoil(&mut snapshot);
        let error = State::restore(snapshot).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}

/// A forger who also fixes the root is caught by the money, and by a bank without accounts.
#[test]
fn a_consistent_forgery_of_money_is_refused() {
    let mut snapshot = lively().state.snapshot();
    snapshot.accounts[0].balance = Paise(snapshot.accounts[0].balance.0 + 1);
    let Err(RestoreError::Root { computed, .. }) = State::restore(snapshot.clone()) else { panic!() };
    snapshot.core.root = computed;
    let error = State::restore(snapshot).unwrap_err();
    assert!(matches!(error, RestoreError::Money { .. }), "{error}");
}
