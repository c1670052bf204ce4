//! The body of a private block: what its transactions conceal, for banks to keep (document 4.4).
//!
//! ```text
//! completed transactions --records--> openings by place --EpochKey::seal--> body, the same at every bank
//!                                                          EpochKey::open --> openings again, or why not
//! ```
//!
//! The encryption is deterministic, so every bank computes the same bytes and agrees on their hash. The
//! openings hold 32 random bytes each, so equal bodies of two heights say nothing. No rule of the ledger
//! reads a body: a bank without the key, or with a damaged body, goes on all the same.

use crate::ids::{ChainId, Height};
use crate::outcome::Outcome;
use crate::prepared::PreparedTx;
use crate::tx::{Openings, TxKind};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, Hasher, hkdf_derive, open_deterministic, seal_deterministic};
use std::fmt;
use zeroize::Zeroizing;

/// Version of the body's format.
pub const PRIVATE_BODY_VERSION: u8 = 1;

/// Most bytes of openings in one body; a miner leaves what does not fit for the next block, so that a
/// proposal always fits into one message.
pub const OPENINGS_BYTES_MAX: usize = 1 << 20;

const DOMAIN: &str = "idx/private-body-seal/1";

/// What one transaction concealed.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct PrivateRecord {
    /// Its place in the public block, from 0.
    pub place: u32,
    /// The values.
    pub openings: Openings,
}

/// The openings of all transactions that took effect. The tag of a transfer is not kept: once its
/// receiver has accepted, nobody needs to recognise it.
pub fn records(txs: &[PreparedTx], outcomes: &[Outcome]) -> Vec<PrivateRecord> {
    (0u32..)
        .zip(txs.iter().zip(outcomes))
        .filter(|(_, (_, outcome))| **outcome == Outcome::Completed)
        .filter(|(_, (tx, _))| !matches!(tx.tx.body.kind, TxKind::Transfer(_)))
        .map(|(place, (tx, _))| PrivateRecord { place, openings: tx.tx.body.kind.openings() })
        .filter(|record| !record.openings.is_empty())
        .collect()
}

/// A body as it travels. An empty body is no bytes at all.
#[derive(BorshSerialize, BorshDeserialize)]
struct SealedBody {
    version: u8,
    epoch: u32,
    sealed: Vec<u8>,
}

/// The banks' key of the private chain for one epoch: a new one whenever a bank leaves or joins, or the
/// banks decide so. Masked and wiped.
#[derive(Clone, PartialEq, Eq)]
pub struct EpochKey {
    epoch: u32,
    key: Zeroizing<[u8; 32]>,
}

/// Why a body cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is sealed under the key of another epoch.
    #[error("this private body is sealed under the key of epoch {epoch}, which is not this one")]
    NotForYou {
        /// The epoch whose key opens it.
        epoch: u32,
    },
    /// Its bytes are not what the banks sealed.
    #[error("this private body is damaged: it does not open under its key")]
    Damaged,
}

impl EpochKey {
    /// The key of an epoch, counted from 1, from 32 random bytes.
    pub const fn new(epoch: u32, key: Zeroizing<[u8; 32]>) -> Self {
        Self { epoch, key }
    }

    /// Its epoch.
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// A key for another use, told apart by its label.
    pub fn derive(&self, label: &'static str) -> Zeroizing<[u8; 32]> {
        hkdf_derive(self.key.as_slice(), label, b"")
    }

    /// The key's bytes, for who wraps it.
    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.key
    }

    /// What the ledger knows of the key.
    pub fn commitment(&self) -> Hash32 {
        Hasher::new("idx/epoch-key/1").part(&self.epoch.to_le_bytes()).part(self.key.as_slice()).finish()
    }

    /// The body of a height; no bytes if there is nothing to keep.
    pub fn seal(&self, chain_id: ChainId, height: Height, records: &[PrivateRecord]) -> Vec<u8> {
        if records.is_empty() {
            return Vec::new();
        }
        let plain = Zeroizing::new(borsh::to_vec(records).expect("writing borsh to memory cannot fail"));
        let sealed = seal_deterministic(&self.key, DOMAIN, &place_of(chain_id, height, self.epoch), &plain);
        let body = SealedBody { version: PRIVATE_BODY_VERSION, epoch: self.epoch, sealed };
        borsh::to_vec(&body).expect("writing borsh to memory cannot fail")
    }

    /// The epoch under whose key a body is sealed; none if it is empty.
    ///
    /// # Errors
    /// [`BodyError::Damaged`] if it is no body at all.
    pub fn epoch_of(body: &[u8]) -> Result<Option<u32>, BodyError> {
        if body.is_empty() {
            return Ok(None);
        }
        let body: SealedBody = borsh::from_slice(body).map_err(|_| BodyError::Damaged)?;
        Ok(Some(body.epoch))
    }

    /// Reads the body of a height.
    ///
    /// # Errors
    /// [`BodyError::NotForYou`] for another epoch's, [`BodyError::Damaged`] if a bit of it was altered, or
    /// it is of another height or network.
    pub fn open(
        &self,
        chain_id: ChainId,
        height: Height,
        body: &[u8],
    ) -> Result<Vec<PrivateRecord>, BodyError> {
        if body.is_empty() {
            return Ok(Vec::new());
        }
        let body: SealedBody = borsh::from_slice(body).map_err(|_| BodyError::Damaged)?;
        if body.version != PRIVATE_BODY_VERSION {
            return Err(BodyError::Damaged);
        }
        if body.epoch != self.epoch {
            return Err(BodyError::NotForYou { epoch: body.epoch });
        }
        let place = place_of(chain_id, height, self.epoch);
        let plain =
            open_deterministic(&self.key, DOMAIN, &place, &body.sealed).map_err(|_| BodyError::Damaged)?;
        borsh::from_slice(&plain).map_err(|_| BodyError::Damaged)
    }
}

fn place_of(chain_id: ChainId, height: Height, epoch: u32) -> Vec<u8> {
    borsh::to_vec(&(chain_id, height, epoch)).expect("writing borsh to memory cannot fail")
}

impl fmt::Debug for EpochKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EpochKey(epoch {})", self.epoch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AccountHandle, BankId, SessionId, TimestampMs};
    use crate::outcome::Reason;
    use crate::testing::{cash, chain_id, key, open_account, transfer};
    use crate::tx::Ballot;
    use crate::tx::{TX_VERSION, TxBody};
    use crate::{Paise, TxId};

    fn tx(kind: TxKind) -> PreparedTx {
        let (created_at, valid_until) = (TimestampMs(1), TimestampMs(2));
        let body =
            TxBody { version: TX_VERSION, chain_id: chain_id(), created_at, valid_until, nonce: 1, kind };
        PreparedTx::vouch(body.sign(&[&key(1)]))
    }

    fn block() -> (Vec<PreparedTx>, Vec<Outcome>) {
        let deposit = |n| tx(TxKind::Deposit(cash(BankId(0), AccountHandle([n; 32]), Paise(1))));
        let (session, bank) = (SessionId([5; 32]), BankId(0));
        let transfer = tx(TxKind::Transfer(transfer((session, bank), (session, bank), Paise(1), Paise(1))));
        let ballot = tx(TxKind::Ballot(Ballot { bank: BankId(0), proposal: TxId([1; 32]), approve: true }));
        let opening = tx(open_account(BankId(0), AccountHandle([9; 32])));
        let txs = vec![deposit(1), ballot, deposit(2), deposit(3), opening, transfer];
        use Outcome::{Completed, Deferred, Failed};
        (txs, vec![Completed, Completed, Failed(Reason::Expired), Deferred, Completed, Completed])
    }

    fn epoch_key(epoch: u32) -> EpochKey {
        EpochKey::new(epoch, Zeroizing::new([7; 32]))
    }

    #[test]
    fn keeps_what_took_effect_and_conceals_something() {
        let (txs, outcomes) = block();
        let records = records(&txs, &outcomes);
        assert_eq!(records.iter().map(|record| record.place).collect::<Vec<_>>(), [0, 4]);
        for record in &records {
            let public = txs[record.place as usize].tx.redacted();
            let mut kind = public.body.kind;
            assert_eq!(kind.open_with(record.openings.clone()), Ok(()));
            assert_eq!(kind, txs[record.place as usize].tx.body.kind);
        }
    }

    #[test]
    fn every_bank_seals_the_same_and_opens_it_again() {
        let (txs, outcomes) = block();
        let records = records(&txs, &outcomes);
        let body = epoch_key(1).seal(chain_id(), Height(7), &records);
        assert_eq!(body, epoch_key(1).seal(chain_id(), Height(7), &records));
        assert_ne!(body, epoch_key(1).seal(chain_id(), Height(8), &records));
        assert!(!body.windows(32).any(|window| window == [1; 32]), "the handle is not in it");
        assert_eq!(epoch_key(1).open(chain_id(), Height(7), &body), Ok(records));
        assert_eq!(epoch_key(1).seal(chain_id(), Height(7), &[]), Vec::<u8>::new());
        assert_eq!(epoch_key(1).open(chain_id(), Height(7), &[]), Ok(Vec::new()));
    }

    /// The three answers of document 4.4 that a body can give: read, not for you, damaged.
    #[test]
    fn another_epoch_another_place_and_every_altered_byte() {
        let (txs, outcomes) = block();
        let body = epoch_key(1).seal(chain_id(), Height(7), &records(&txs, &outcomes));
        let not_for_you = Err(BodyError::NotForYou { epoch: 1 });
        assert_eq!(epoch_key(2).open(chain_id(), Height(7), &body), not_for_you);
        assert_eq!(epoch_key(1).open(chain_id(), Height(8), &body), Err(BodyError::Damaged));
        let stranger = EpochKey::new(1, Zeroizing::new([8; 32]));
        assert_eq!(stranger.open(chain_id(), Height(7), &body), Err(BodyError::Damaged));
        for place in (0..body.len()).step_by(7) {
            let mut bent = body.clone();
            bent[place] ^= 1;
            assert!(epoch_key(1).open(chain_id(), Height(7), &bent).is_err(), "byte {place}");
        }
    }

    #[test]
    fn the_key_masks_itself_and_its_commitment_binds_it() {
        assert_eq!(format!("{:?}", epoch_key(3)), "EpochKey(epoch 3)");
        let all = [epoch_key(1), epoch_key(2), EpochKey::new(1, Zeroizing::new([8; 32]))];
        assert_ne!(all[0].commitment(), all[1].commitment());
        assert_ne!(all[0].commitment(), all[2].commitment());
    }
}
