//! What a bank shows of the private chain to the judge and the custodians of one active order, and to
//! nobody else.
//!
//! ```text
//! bank:  whole transactions the order is about --seal to the reader's key, for the order--> OrderFile
//! reader: open --> each transaction's id, which covers its commitments --> found on the public chain
//! ```
//!
//! The bank is not believed: a transaction's id is that of its public form, so values that do not fit
//! their commitments make another id, which no final block holds.

use crate::encoding::Bytes;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{HpkePublic, HpkeSealed, HpkeSecret, hpke_seal};
use idx_types::{Height, OrderId, Transaction};

const DOMAIN: &str = "idx/order-file/1";

/// Most transactions in one file: those of an order for a person with all banks and accounts.
pub const ORDER_FILE_MAX: usize = 1_024;

/// A transaction as banks see it, with the height at which it took effect.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Shown {
    /// The height.
    pub height: Height,
    /// The transaction, nothing of it concealed.
    pub tx: Transaction,
}

/// The transactions that an order is about: openings of sessions and accounts with their envelopes,
/// banks' answers with the accounts that they name, the halves that were released.
#[derive(Clone, PartialEq, Eq, Debug, Default, BorshSerialize, BorshDeserialize)]
pub struct OrderFile {
    /// In order of height.
    pub shown: Vec<Shown>,
}

/// A file that does not open, or is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OrderFileError {
    /// It is not sealed to this key, or for another order, or was altered.
    #[error("what the bank shows does not open: it is sealed to another key or order, or was altered")]
    NotForYou,
    /// What was sealed is no file.
    #[error("what the bank sealed is no list of transactions")]
    Malformed,
}

impl OrderFile {
    /// Seals the file to a reader for an order. `seed` is 32 bytes of fresh entropy.
    pub fn seal(&self, to: &HpkePublic, order: OrderId, seed: &[u8; 32]) -> Bytes {
        let plain = borsh::to_vec(self).expect("writing borsh to memory cannot fail");
        Bytes::of(&hpke_seal(to, DOMAIN, order.digest().as_bytes(), &plain, seed))
    }

    /// Opens what [`OrderFile::seal`] made for this key and order.
    ///
    /// # Errors
    /// [`OrderFileError`].
    pub fn open(sealed: &Bytes, secret: &HpkeSecret, order: OrderId) -> Result<Self, OrderFileError> {
        let sealed: HpkeSealed = borsh::from_slice(&sealed.0).map_err(|_| OrderFileError::Malformed)?;
        let plain = secret.open(DOMAIN, order.digest().as_bytes(), &sealed);
        let plain = plain.map_err(|_| OrderFileError::NotForYou)?;
        let file: Self = borsh::from_slice(&plain).map_err(|_| OrderFileError::Malformed)?;
        if file.shown.len() > ORDER_FILE_MAX { Err(OrderFileError::Malformed) } else { Ok(file) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::deposit;

    #[test]
    fn opens_for_its_reader_and_order_and_for_no_other() {
        let [judge, other] = [[1; 32], [2; 32]].map(|seed| HpkeSecret::from_bytes(&seed));
        let (order, another) = (OrderId([7; 32]), OrderId([8; 32]));
        let file = OrderFile { shown: vec![Shown { height: Height(3), tx: deposit(3) }] };
        let sealed = file.seal(&judge.public(), order, &[9; 32]);
        assert_eq!(OrderFile::open(&sealed, &judge, order), Ok(file));
        assert_eq!(OrderFile::open(&sealed, &other, order), Err(OrderFileError::NotForYou));
        assert_eq!(OrderFile::open(&sealed, &judge, another), Err(OrderFileError::NotForYou));
        let mut bent = sealed.clone();
        *bent.0.last_mut().unwrap() ^= 1;
        assert_eq!(OrderFile::open(&bent, &judge, order), Err(OrderFileError::NotForYou));
        assert_eq!(OrderFile::open(&Bytes(vec![1]), &judge, order), Err(OrderFileError::Malformed));
    }
}
