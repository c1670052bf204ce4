//! The ceremony in which banks found a network, and the file that comes out of it.
//!
//! Names, public keys (of banks, regulators and the company), stakes, reserves and parameters enter; a
//! file that every bank has signed leaves, and from it the chain's name ([`idx_types::ChainId`]), the
//! state before any block ([`idx_chain::GenesisSpec`]) and the peers of a node. No files, no clock and no
//! secret keys in here: text goes in and out, a [`Signer`](idx_crypto::Signer) signs. What only the banks
//! know is wrapped for each of them last ([`SharedEntry`]).
//!
//! ```text
//!            add_bank x 6
//!            add_regulator, add_judge
//!            add_foreign_bank, set_rate_publisher
//! Genesis::new --set_company--> GenesisFile --sign by each bank--> GenesisFile --verify--> SoundGenesis
//!                                  ^   |                                                       |
//!                                  +---+ every change voids all signatures         GenesisSpec, peers
//! ```
//!
//! A body is a draft until [`GenesisFile::verify`] has seen a good signature of every bank in it;
//! [`SoundGenesis`] has no other constructor, so a node cannot start from a file that one bank has
//! not agreed to. What is signed is a digest of the borsh body, not the text: spaces and the order of
//! fields are free, every value is bound.

mod body;
mod check;
mod error;
mod escrow;
mod file;
mod judges;
mod shared;
mod sound;
mod travel;

pub use body::{BankEntry, Genesis, Observer};
pub use check::{
    ADDRESS_BYTES_MAX, ADDRESSES_MAX, OBSERVERS_MAX, TIME_MAX, TIME_MIN, URL_BYTES_MAX, check_address,
};
pub use error::{BodyError, FileError, GenesisError};
pub use escrow::{CompanyEntry, EscrowEntry};
pub use file::{GENESIS_BYTES_MAX, GENESIS_FORMAT, GenesisFile, SignatureState};
pub use judges::JUDGES_FOUNDING_MAX;
pub use shared::{SharedEntry, SharedError, Wrap};
pub use sound::{Peer, PeerRole, SoundGenesis};
pub use travel::ForeignBankEntry;
