//! The keys of pseudonyms: a type each, so that none can be used for another's work.

use idx_crypto::hkdf_derive;
use idx_types::EpochKey;
use zeroize::Zeroizing;

/// Declares a 32-byte key that masks itself and is wiped when dropped.
macro_rules! secret_key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(Zeroizing<[u8; 32]>);

        impl $name {
            /// The key bytes.
            pub(crate) fn expose(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(****)"))
            }
        }
    };
}

secret_key!(
    /// A bank's own key of a month: makes its session ids. Drawn afresh and deleted after the
    /// retention, so that old session ids cannot be made again even by the bank.
    MonthKey
);
secret_key!(
    /// What the banks make receiver tags with: from the private-chain key of the epoch.
    TagKey
);
secret_key!(
    /// What a bank makes account handles with: from its vault key.
    HandleKey
);

secret_key!(
    /// The secret of all banks under which IDX are made; permanent.
    Pepper
);

impl Pepper {
    /// The pepper of a keystore.
    pub fn new(secret: [u8; 32]) -> Self {
        Self(Zeroizing::new(secret))
    }
}

impl MonthKey {
    /// The key of 32 random bytes.
    pub fn new(random: [u8; 32]) -> Self {
        Self(Zeroizing::new(random))
    }
}

impl TagKey {
    /// The tag key of an epoch.
    pub fn of_epoch(key: &EpochKey) -> Self {
        Self(key.derive("idx/receiver-tag-key/1"))
    }

    /// The tag key of an epoch's private-chain key.
    pub fn of_chain_key(private_chain_key: &[u8; 32]) -> Self {
        Self(hkdf_derive(private_chain_key, "idx/receiver-tag-key/1", b""))
    }
}

impl HandleKey {
    /// The handle key of a vault key.
    pub fn of_vault_key(vault_key: &[u8; 32]) -> Self {
        Self(hkdf_derive(vault_key, "idx/handle-key/1", b""))
    }
}
