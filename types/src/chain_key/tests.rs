//! Rotations: who reads what, and everything that a dishonest maker can alter.

use super::*;
use crate::ids::NetworkKey;
use crate::money::Paise;
use crate::testing::{chain_id, chain_secrets, epoch_keys, hpke_key_of, key};
use crate::tx::{TX_BYTES_MAX, TX_VERSION, TxBody, TxKind};
use crate::{MAX_BANKS, TimestampMs};
use idx_crypto::Signer;

fn banks(numbers: impl IntoIterator<Item = u16>) -> ValidatorSet {
    let bank = |number: u16| Bank {
        id: BankId(number),
        code: format!("B{number}").parse().unwrap(),
        consensus_key: key(number as u8 + 1).public_key(),
        network_key: NetworkKey([number as u8 + 1; 32]),
        hpke_key: hpke_key_of(BankId(number)),
        stake: Paise(1),
    };
    ValidatorSet::new(numbers.into_iter().map(bank).collect()).unwrap()
}

fn drawn(epoch: u32, byte: u8) -> EpochKey {
    EpochKey::new(epoch, Zeroizing::new([byte; 32]))
}

fn founder(bank: u16) -> EpochKeys {
    epoch_keys(BankId(bank)).with(chain_secrets())
}

fn pepper() -> Hash32 {
    pepper_commitment(&chain_secrets().pepper)
}

fn offer(rotation: &RotateChainKey, bank: u16) -> KeyOffer<'_> {
    let (epoch, commitment, wrap) = (rotation.epoch, rotation.commitment, &rotation.wraps[&BankId(bank)]);
    KeyOffer { chain_id: chain_id(), epoch, commitment, pepper_commitment: pepper(), wrap }
}

#[test]
fn every_bank_gets_key_and_pepper_a_joining_one_too_and_nobody_else() {
    let banks = banks([0, 1, 2, 6]);
    let rotation = founder(1).rotation(drawn(2, 9), chain_id(), &banks).unwrap();
    for bank in [0, 1, 2, 6] {
        let mut ring = if bank == 6 { epoch_keys(BankId(6)) } else { founder(bank) };
        assert!(ring.agrees(&rotation, chain_id(), pepper(), &banks));
        assert!(ring.learn(&offer(&rotation, bank)));
        assert_eq!(ring.get(2), Some(&drawn(2, 9)));
        assert_eq!(ring.pepper(), Some(&chain_secrets().pepper));
        assert_eq!(ring.get(1).is_some(), bank != 6, "the past stays closed to who comes later");
    }
    let mut left = founder(3);
    assert!(!left.learn(&offer(&rotation, 2)), "another's wrap");
    assert_eq!((left.get(2), left.iter().count()), (None, 1));
    assert!(epoch_keys(BankId(6)).rotation(drawn(2, 9), chain_id(), &banks).is_none(), "it has no pepper");
}

/// Whatever the maker alters, banks that have nothing wrong in their own wrap see it too.
#[test]
fn a_dishonest_maker_is_seen_by_every_bank() {
    let banks = banks(0..6);
    let honest = founder(0).rotation(drawn(2, 9), chain_id(), &banks).unwrap();
    let other = founder(0).rotation(drawn(2, 8), chain_id(), &banks).unwrap();
    let fake = ChainSecrets { key: drawn(2, 9), pepper: Zeroizing::new([5; 32]) };
    let fake = fake.rotation(BankId(0), chain_id(), &banks).unwrap();
    let old = founder(0).rotation(drawn(2, 7), chain_id(), &banks).unwrap();
    let of = |alter: &dyn Fn(&mut RotateChainKey)| {
        let mut rotation = honest.clone();
        alter(&mut rotation);
        rotation
    };
    let table = [
        ("garbage for one", of(&|r| r.wraps.get_mut(&BankId(5)).unwrap().sealed[3] ^= 1)),
        ("another key for one", of(&|r| drop(r.wraps.insert(BankId(5), other.wraps[&BankId(5)].clone())))),
        ("another's wrap", of(&|r| drop(r.wraps.insert(BankId(5), r.wraps[&BankId(4)].clone())))),
        ("another pepper for one", of(&|r| drop(r.wraps.insert(BankId(5), fake.wraps[&BankId(5)].clone())))),
        ("another pepper", fake.clone()),
        ("one left out", of(&|r| drop(r.wraps.remove(&BankId(5))))),
        ("the old key again", old),
        ("another commitment", of(&|r| r.commitment = other.commitment)),
        ("another epoch", of(&|r| r.epoch = 3)),
    ];
    for bank in 0..5 {
        assert!(founder(bank).agrees(&honest, chain_id(), pepper(), &banks));
        for (what, rotation) in &table {
            assert!(!founder(bank).agrees(rotation, chain_id(), pepper(), &banks), "{bank}: {what}");
        }
    }
    let other_chain = ChainId(Hash32([9; 32]));
    assert!(!founder(1).agrees(&honest, other_chain, pepper(), &banks), "made for another network");
}

#[test]
fn the_greatest_network_fits_into_a_transaction() {
    let banks = banks(0..MAX_BANKS as u16);
    let rotation = founder(0).rotation(drawn(2, 9), chain_id(), &banks).unwrap();
    assert!(rotation.wraps.values().all(|wrap| wrap.sealed.len() == WRAP_BYTES));
    let body = TxBody {
        version: TX_VERSION,
        chain_id: chain_id(),
        created_at: TimestampMs(1),
        valid_until: TimestampMs(2),
        nonce: 1,
        kind: TxKind::RotateChainKey(Box::new(rotation)),
    };
    let bytes = borsh::to_vec(&body.sign(&[&key(1)])).unwrap();
    assert!(bytes.len() < TX_BYTES_MAX, "{} bytes", bytes.len());
}

#[test]
fn secrets_mask_themselves() {
    assert_eq!(format!("{:?}", chain_secrets()), "ChainSecrets(epoch 1)");
    assert_eq!(format!("{:?}", founder(2)), "EpochKeys(bank#2 of epochs [1])");
}
