//! Network identities: the same 32 bytes as a `NetworkKey` of ours and as a `PeerId` of libp2p.

use idx_crypto::PublicKey;
use idx_types::NetworkKey;
use libp2p::PeerId;
use libp2p::identity::{self, Keypair, ed25519};
use zeroize::Zeroizing;

/// Multihash code "identity": a peer id that contains its key instead of a hash of it.
const MULTIHASH_IDENTITY: u64 = 0;

/// Why bytes are not the identity of a node.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Not a point of the curve, or one of small order that anybody can sign for.
    #[error("network key {0} is not a sound Ed25519 key: take it from `idx-node keys export-public`")]
    UnsoundKey(NetworkKey),
    /// A peer id of another kind of key, or one that only holds a key's hash.
    #[error("peer id {0} does not hold an Ed25519 key; nodes of this network all do")]
    ForeignPeerId(String),
}

/// The libp2p name of a node with this key.
///
/// # Errors
/// [`IdentityError::UnsoundKey`] if no signature can be trusted under it.
pub fn peer_id_of(key: &NetworkKey) -> Result<PeerId, IdentityError> {
    let unsound = || IdentityError::UnsoundKey(*key);
    if !PublicKey(key.0).is_sound() {
        return Err(unsound());
    }
    let key = ed25519::PublicKey::try_from_bytes(&key.0).map_err(|_| unsound())?;
    Ok(identity::PublicKey::from(key).to_peer_id())
}

/// The key that a libp2p name holds.
///
/// # Errors
/// [`IdentityError::ForeignPeerId`] for an RSA or hashed name, [`IdentityError::UnsoundKey`] as
/// in [`peer_id_of`].
pub fn network_key_of(peer: &PeerId) -> Result<NetworkKey, IdentityError> {
    let foreign = || IdentityError::ForeignPeerId(peer.to_base58());
    let multihash = peer.as_ref();
    if multihash.code() != MULTIHASH_IDENTITY {
        return Err(foreign());
    }
    let public = identity::PublicKey::try_decode_protobuf(multihash.digest()).map_err(|_| foreign())?;
    let key = NetworkKey(public.try_into_ed25519().map_err(|_| foreign())?.to_bytes());
    peer_id_of(&key).map(|_| key)
}

/// The key of a node whose secret seed is known.
pub fn network_key_of_seed(seed: &[u8; 32]) -> NetworkKey {
    use idx_crypto::{SecretKey, Signer};
    NetworkKey(SecretKey::from_seed(seed).public_key().0)
}

/// The pair that proves who a node is, from its 32-byte Ed25519 seed.
pub(crate) fn keypair(seed: &Zeroizing<[u8; 32]>) -> Keypair {
    let mut bytes = Zeroizing::new(**seed);
    Keypair::ed25519_from_bytes(&mut bytes[..]).expect("any 32 bytes are an Ed25519 seed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_peer_ids_convert_both_ways() {
        for byte in 0..32 {
            let pair = keypair(&Zeroizing::new([byte; 32]));
            let key = network_key_of_seed(&[byte; 32]);
            let peer = pair.public().to_peer_id();
            assert_eq!(peer_id_of(&key), Ok(peer));
            assert_eq!(network_key_of(&peer), Ok(key));
        }
    }

    #[test]
    fn malformed_keys_are_refused_by_name() {
        let off_curve = [2; 32];
        let small_order = [0; 32];
        let identity_point = std::array::from_fn(|i| u8::from(i == 0));
        for bytes in [off_curve, small_order, identity_point] {
            let key = NetworkKey(bytes);
            assert_eq!(peer_id_of(&key), Err(IdentityError::UnsoundKey(key)));
        }
    }

    #[test]
    fn foreign_peer_ids_are_refused() {
        // A hashed name, as RSA keys have.
        let hashed: PeerId = "QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC".parse().unwrap();
        assert_eq!(network_key_of(&hashed), Err(IdentityError::ForeignPeerId(hashed.to_base58())));
        // An identity multihash that holds no key at all (libp2p makes random ones like this).
        let random = PeerId::random();
        assert!(matches!(network_key_of(&random), Err(IdentityError::ForeignPeerId(_))));
    }
}
