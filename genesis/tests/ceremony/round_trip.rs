//! The text may be written in any way; the network is in the values.

use crate::fixture::{CODES, company, draft, entry, regulator, signed};
use idx_crypto::Ed25519;
use idx_genesis::{Genesis, GenesisFile, SharedEntry};
use idx_types::{Bps, NetworkDay, Paise, Params, TimestampMs};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn params() -> impl Strategy<Value = Params> {
    (0..=1_000_u16, 0..=1_000_u16, 1..=20_000_u32, 1..=60_000_u64).prop_map(
        |(miner, banks, count, interval)| Params {
            miner_fee: Bps(miner),
            banks_fee: Bps(banks),
            max_block_transactions: count,
            min_block_interval_ms: interval,
            max_block_interval_ms: interval + 1,
            ..Params::default()
        },
    )
}

fn body() -> impl Strategy<Value = Genesis> {
    let money = prop::collection::vec((100..u64::MAX / 20, 100..u64::MAX / 20), 4..=6);
    let time = 1_600_000_000_000..4_000_000_000_000_u64;
    ("[a-z][a-z0-9-]{0,31}", time, params(), money).prop_map(|(name, time, params, money)| {
        let mut body = Genesis::new(name, TimestampMs(time), params);
        for (bank, (stake, reserve)) in money.into_iter().enumerate() {
            let (stake, reserve) = (Paise(stake), Paise(reserve));
            let mut addresses = entry(bank).addresses;
            addresses.push(format!("/dns4/bank-{bank}.example/tcp/{}", 1 + time % 65_535));
            body.add_bank(idx_genesis::BankEntry { stake, reserve, addresses, ..entry(bank) }, &Ed25519)
                .unwrap();
        }
        body.add_regulator(regulator(), &Ed25519).unwrap();
        let first_day = NetworkDay::of(body.time);
        body.set_company(idx_genesis::CompanyEntry { first_day, ..company() }, &Ed25519).unwrap();
        body.shared =
            Some(SharedEntry::seal(&body.banks, &[84; 32], idx_crypto::KdfCost::testnet()).unwrap());
        body
    })
}

proptest! {
    #[test]
    fn json_keeps_the_chain_id(body in body()) {
        prop_assert_eq!(body.check(&Ed25519), Ok(()));
        let file = GenesisFile::new(body);
        let back = GenesisFile::from_json(&file.to_json()).unwrap();
        prop_assert_eq!(back.body().chain_id(), file.body().chain_id());
        let compact = serde_json::to_string(&file).unwrap();
        prop_assert_eq!(GenesisFile::from_json(&compact).unwrap(), file);
    }

    /// A text with one byte changed is the same network with the same signatures, or refused.
    #[test]
    fn no_changed_byte_makes_another_sound_network(place in any::<prop::sample::Index>(), byte in 0x20..0x7f_u8) {
        let original = signed();
        let mut text = original.to_json().into_bytes();
        let place = place.index(text.len());
        text[place] = byte;
        let read = GenesisFile::from_json(std::str::from_utf8(&text).unwrap());
        if let Some(sound) = read.ok().and_then(|file| file.verify(&Ed25519).ok()) {
            prop_assert_eq!(sound.chain_id(), original.body().chain_id());
        }
    }
}

#[test]
fn the_order_of_fields_is_free_and_the_order_of_banks_is_not() {
    let shuffled: serde_json::Value = serde_json::from_str(&signed().to_json()).unwrap();
    let shuffled = GenesisFile::from_json(&shuffled.to_string()).unwrap();
    assert_eq!(shuffled.verify(&Ed25519), signed().verify(&Ed25519));
    let mut swapped = draft().body().clone();
    swapped.banks.swap(0, 1);
    assert_ne!(swapped.chain_id(), draft().body().chain_id());
}

#[test]
fn every_field_of_the_body_moves_the_chain_id() {
    let base = draft().body().clone();
    type Change = fn(&mut Genesis);
    let changes: [Change; 19] = [
        |_| (),
        |b| b.network.push('x'),
        |b| b.time = b.time.plus(1),
        |b| b.params.vote_timeout_ms += 1,
        |b| b.banks[5].stake.0 += 1,
        |b| b.banks[5].reserve.0 += 1,
        |b| b.banks[5].addresses[0].push('1'),
        |b| b.banks[5].http_url = Some(String::new()),
        |b| b.banks[5].hpke_key.0[0] ^= 1,
        |b| b.banks[5].network_key.0[0] ^= 1,
        |b| b.banks[5].consensus_key.0[0] ^= 1,
        |b| b.observers.clear(),
        |b| b.escrow.regulators[0].name.push('x'),
        |b| b.escrow.regulators[0].signing_key.0[0] ^= 1,
        |b| b.escrow.regulators[0].hpke_key = company().day_keys[0],
        |b| b.escrow.company = None,
        |b| b.escrow.company.as_mut().unwrap().signing_key.0[0] ^= 1,
        |b| b.escrow.company.as_mut().unwrap().first_day.0 += 1,
        |b| b.escrow.company.as_mut().unwrap().day_keys.swap(0, 1),
    ];
    let ids = changes.map(|change| {
        let mut body = base.clone();
        change(&mut body);
        body.chain_id()
    });
    assert_eq!(ids[0], base.chain_id());
    assert_eq!(BTreeSet::from(ids).len(), changes.len());
    assert_eq!(CODES.len(), base.banks.len());
}
