//! True envelopes, bodies, shares and notices.

use super::{Seed, picked};
use crate::sealed::epoch_key;
use crate::stage::genesis;
use borsh::to_vec;
use idx_crypto::{Hash32, seal_half_to};
use idx_types::testing::{chain_id, chain_secrets, concealed, envelope_of, epoch_keys, hpke_secret, key};
use idx_types::tx::{Openings, RotateChainKey};
use idx_types::{AccountHandle, BankId, EpochKey, Height, Notice, PrivateRecord, Rejection, Signed, TxId};

pub(super) fn seeds() -> Vec<Seed> {
    let envelope = envelope_of(BankId(0));
    let half = envelope.open_company_half(&hpke_secret(250), &Hash32::ZERO).expect("it is for the company");
    let share = seal_half_to(&hpke_secret(9).public(), &half, &Hash32::ZERO, &[5; 32]);
    let records = (0..3).map(|place| PrivateRecord {
        place,
        openings: Openings {
            account: Some(concealed(AccountHandle([place as u8; 32]))),
            ..Openings::default()
        },
    });
    let body = epoch_key().seal(chain_id(), Height(7), &records.collect::<Vec<_>>());
    let rejection =
        Rejection { chain_id: chain_id(), bank: BankId(0), intent: TxId([1; 32]), proof: Hash32([2; 32]) };
    let notice = Notice::Rejected(Signed::new(rejection, &key(1)));
    let things = [to_vec(&envelope), Ok(body), to_vec(&share), to_vec(&rotation()), to_vec(&notice)];
    let bytes = things.into_iter().map(|thing| thing.expect("writing to memory"));
    bytes.enumerate().map(|(kind, bytes)| ("sealed", picked(kind, &bytes))).collect()
}

/// A key for the banks of the stage, as an honest one makes it.
pub(super) fn rotation() -> RotateChainKey {
    let (state, ring) = (genesis(), epoch_keys(BankId(1)).with(chain_secrets()));
    let drawn = EpochKey::new(2, [9; 32].into());
    ring.rotation(drawn, state.chain_id(), state.validators()).expect("the stage's keys are sound")
}
