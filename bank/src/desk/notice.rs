//! What shows that a receiver's bank speaks for him: a digest over his IDX that the sender's bank, and
//! every other bank of the receiver, can make as well, and nobody else.

use crate::pseudonym::TagKey;
use idx_crypto::{Hash32, hmac_sha256};
use idx_types::{Idx, SessionId, TxId};

/// What only who knows the receiver and the banks' tag key can make, for the rejection of one intent:
/// [`Rejection::proof`](idx_types::notice::Rejection::proof).
pub fn rejection_proof(key: &TagKey, receiver: &Idx, intent: TxId) -> Hash32 {
    hmac_sha256(key.expose(), "idx/rejection-proof/1", &[&receiver.0, &intent.0])
}

/// The same for an acceptance with this session: [`Acceptance::proof`](idx_types::Acceptance).
pub fn acceptance_proof(key: &TagKey, receiver: &Idx, intent: TxId, to: SessionId) -> Hash32 {
    hmac_sha256(key.expose(), "idx/acceptance-proof/1", &[&receiver.0, &intent.0, &to.0])
}
