//! Secrets at rest: one 32-byte secret a file, sealed under a passphrase.
//!
//! ```text
//! passphrase, salt --Argon2id(cost)--> 32-byte key --AES-256-GCM(nonce)--> sealed secret
//!                    version, purpose, public key, cost: in clear, bound as associated data
//! ```
//!
//! Whoever holds the file can read what the key is for and which public key it has, and can change
//! neither. The file says how costly its passphrase is to try; opening refuses a cost beyond
//! [`KdfCost::MEMORY_KIB_MAX`] and the like, so that a file from a stranger cannot exhaust the machine.

mod file;
mod passphrase;
#[cfg(test)]
mod tests;

pub use file::{KEY_FILE_BYTES_MAX, KEY_FILE_VERSION, KeyFile, KeystoreError, Purpose, SealEntropy};
pub use passphrase::{KdfCost, Passphrase};
