//! The network in which messages are judged: six banks, a stand-in signature scheme whose every key
//! the fuzzer holds, and what is needed to make any message that such a bank could sign.

use idx_chain::{GenesisBank, GenesisSpec, State};
use idx_consensus::mining;
use idx_crypto::{BadSignature, Hash32, Hasher, PublicKey, Signature, Signer, Verifier};
use idx_types::testing::{TEST_DAY, escrow, hpke_key_of};
use idx_types::{
    Bank, BankId, ChainId, NetworkKey, Paise, Params, PublicHeader, Signable, Signed, TimestampMs,
};
use std::sync::Arc;

/// Banks of the network.
pub const BANKS: u16 = 6;

/// When its genesis was, milliseconds since 1970.
pub const GENESIS_MS: u64 = 1_700_000_000_000;

/// A key that everybody holds: a signature is a digest of key and message. As unique as Ed25519 to
/// honest code, hundreds of times faster, worthless as protection.
#[derive(Clone, Copy)]
pub struct StandIn(pub u64);

/// The rule that goes with it.
pub struct StandInRule;

/// The key of a bank.
pub const fn key_of(bank: BankId) -> StandIn {
    StandIn(bank.0 as u64)
}

/// A bank's name among peers.
pub fn peer_of(bank: BankId) -> NetworkKey {
    NetworkKey(Hasher::new("idx-fuzz/peer/1").part(&bank.0.to_le_bytes()).finish().0)
}

/// A message signed by the bank that it names.
pub fn signed<T: Signable>(message: T) -> Signed<T> {
    let key = key_of(message.signer());
    Signed::new(message, &key)
}

/// All banks.
pub fn banks() -> impl Iterator<Item = BankId> + Clone {
    (0..BANKS).map(BankId)
}

/// The header with a nonce that carries its work.
pub fn mined(mut header: PublicHeader) -> PublicHeader {
    while !mining::work_holds(&header) {
        header.nonce = header.nonce.wrapping_add(1);
    }
    header
}

/// The state before any block.
pub fn genesis() -> State {
    let bank = |id: BankId| Bank {
        id,
        code: format!("BANK{}", id.0).parse().expect("letters and digits"),
        consensus_key: key_of(id).public_key(),
        network_key: peer_of(id),
        hpke_key: hpke_key_of(id),
        stake: Paise(100_000_000),
    };
    let params = Params { min_difficulty: 1, max_difficulty: 2, ..Params::default() };
    // Two days of keys are enough, and keep the rows of the state short.
    let mut escrow = escrow();
    escrow.company.day_keys.retain(|day, _| *day <= TEST_DAY.next());
    let spec = GenesisSpec {
        chain_id: ChainId(Hasher::new("idx-fuzz/chain/1").finish()),
        time: TimestampMs(GENESIS_MS),
        params,
        banks: banks().map(|id| GenesisBank { bank: bank(id), reserve: Paise(100_000_000_000) }).collect(),
        escrow,
        chain_key: idx_chain::testing::first_chain_key(),
        judges: Vec::new(),
        foreign_banks: Vec::new(),
        rate_publisher: None,
    };
    State::genesis_with(&spec, Arc::new(StandInRule)).expect("the network is sound")
}

fn stamp(key: &PublicKey, digest: &Hash32) -> Signature {
    let half = Hasher::new("idx-fuzz/stamp/1").part(&key.0).part(&digest.0).finish();
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(&half.0);
    bytes[32..].copy_from_slice(&half.0);
    Signature(bytes)
}

impl Signer for StandIn {
    fn public_key(&self) -> PublicKey {
        PublicKey(Hasher::new("idx-fuzz/key/1").part(&self.0.to_le_bytes()).finish().0)
    }
    fn sign(&self, digest: &Hash32) -> Signature {
        stamp(&self.public_key(), digest)
    }
}

impl Verifier for StandInRule {
    fn verify(&self, key: &PublicKey, digest: &Hash32, signature: &Signature) -> Result<(), BadSignature> {
        if *signature == stamp(key, digest) { Ok(()) } else { Err(BadSignature { key: *key }) }
    }
    fn is_sound(&self, _: &PublicKey) -> bool {
        true
    }
}
