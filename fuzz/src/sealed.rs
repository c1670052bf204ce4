//! Sealed things as a peer or a court may send them, altered in any way: they open as what was sealed, or
//! are refused; never a panic, never other content.

use crate::memory::bounded;
use crate::stage::genesis;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Envelope, Hash32, SealedHalf, open_half};
use idx_types::testing::{chain_id, chain_secrets, envelope_of, epoch_keys, hpke_secret};
use idx_types::tx::RotateChainKey;
use idx_types::{BankId, EpochKey, Height, KeyOffer, Notice, PrivateRecord};

/// Memory that reading may take, as a multiple of the input.
const MEMORY_TIMES: usize = 16;

/// The first byte picks the kind, the rest is the sealed thing.
pub fn sealed(data: &[u8]) {
    let Some((kind, bytes)) = data.split_first() else { return };
    match kind % 5 {
        0 => envelope(bytes),
        1 => body(bytes),
        2 => half(bytes),
        3 => rotation(bytes),
        _ => drop(row::<Notice>(bytes)),
    }
}

/// The key of the fuzzed private chain.
pub fn epoch_key() -> EpochKey {
    EpochKey::new(1, [7; 32].into())
}

/// An envelope of bank 0. Its parts are sealed apart, so one may open when another is altered; but nothing
/// ever opens to another record than was sealed.
fn envelope(bytes: &[u8]) {
    let Some(envelope) = row::<Envelope>(bytes) else { return };
    let genuine = envelope == envelope_of(BankId(0));
    let home = envelope.open_home(&hpke_secret(1), &Hash32::ZERO);
    let halves = (
        envelope.open_company_half(&hpke_secret(250), &Hash32::ZERO),
        envelope.open_regulator_half(&hpke_secret(251), &Hash32::ZERO),
    );
    let court = match halves {
        (Ok(company), Ok(regulator)) => envelope.open_with_halves(&company, &regulator, &Hash32::ZERO),
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    for opened in [home, court] {
        assert!(opened.is_ok() || !genuine, "what was not altered does not open");
        assert!(opened.is_err() || envelope.check_shape().is_ok(), "opened out of shape");
        assert!(opened.is_err() || opened.is_ok_and(|record| record.as_slice() == b"nobody"));
    }
}

/// A private body of height 7: opens to records that seal to the same bytes, or is refused.
fn body(bytes: &[u8]) {
    let open = || epoch_key().open(chain_id(), Height(7), bytes);
    let opened: Result<Vec<PrivateRecord>, _> = bounded("a private body", bytes.len(), MEMORY_TIMES, open);
    match opened {
        Ok(records) => assert_eq!(epoch_key().seal(chain_id(), Height(7), &records), bytes),
        Err(refusal) => assert!(!refusal.to_string().is_empty()),
    }
}

/// A new key of the private chain: bank 0 agrees to it only if every bank gets the same key from it.
fn rotation(bytes: &[u8]) {
    let Some(rotation) = row::<RotateChainKey>(bytes) else { return };
    let state = genesis();
    let (chain_id, banks) = (state.chain_id(), state.validators());
    let pepper_commitment = state.chain_keys().pepper_commitment();
    let ring = epoch_keys(BankId(0)).with(chain_secrets());
    if !ring.agrees(&rotation, chain_id, pepper_commitment, banks) {
        return;
    }
    assert!(rotation.wraps.keys().eq(banks.banks().iter().map(|bank| &bank.id)));
    let RotateChainKey { epoch, commitment, .. } = rotation;
    for (bank, wrap) in &rotation.wraps {
        let offer = KeyOffer { chain_id, epoch, commitment, pepper_commitment, wrap };
        assert!(epoch_keys(*bank).learn(&offer), "{bank} was given less than bank 0");
    }
}

fn half(bytes: &[u8]) {
    let Some(share) = row::<SealedHalf>(bytes) else { return };
    if let Ok(half) = open_half(&hpke_secret(9), &Hash32::ZERO, &share) {
        assert_eq!(half.of(), share.of());
    }
}

fn row<T: BorshSerialize + BorshDeserialize>(bytes: &[u8]) -> Option<T> {
    let value =
        bounded("a sealed thing", bytes.len(), MEMORY_TIMES, || borsh::from_slice::<T>(bytes)).ok()?;
    assert!(borsh::to_vec(&value).expect("writing to memory") == bytes, "one value, two encodings");
    Some(value)
}
