//! A bank's own side: who its customers are, under which pseudonyms they pay, and what it keeps of them.
//!
//! What enters is what customers ask, what other banks gossip and what the ledger settled; what leaves
//! is records to store and transactions to sign. Nothing in here waits, reads a clock or draws a random
//! number: time and entropy are handed in, the store and the ledger are traits.
//!
//! ```text
//!   PAN, RBI number --Argon2id, pepper--> IDX          permanent, the same at every bank
//!        IDX, date --month key---------> session id    public, for one account and one day
//!        IDX, date --tag key-----------> receiver tag  recognised by the receiver's banks alone
//!   account number --handle key--------> handle        the account's name on the ledger
//!
//!   records --field by field, vault key--> sealed bytes --VaultStore--> the disk
//! ```
//!
//! Rooms: [`Pan`] and [`RbiNumber`] (what a person is known by), [`pseudonym`] (what the network sees
//! instead), [`vault`] (what the bank keeps, sealed), `record` (what an envelope seals), [`rebuild`] (a
//! lost vault from the chain), [`orders`] (what a court order asks of the bank), [`desk`] (what customers
//! ask for and what becomes of it), [`statement`] (what the ledger did to an account, as documents),
//! [`pain001`] (payments by file), [`elsewhere`] (what other banks say of a customer).
//!
//! The promise: whoever copies the store without the keystore learns how many records there are and
//! nothing else; no error, log line or `Debug` of this crate shows a person.

pub mod desk;
pub mod elsewhere;
mod entropy;
pub mod orders;
pub mod pain001;
mod pan;
pub mod pseudonym;
mod rbi;
pub mod rebuild;
mod record;
pub mod risk;
mod secret;
pub mod statement;
pub mod vault;

pub use entropy::Entropy;
pub use pan::Pan;
pub use rbi::RbiNumber;
pub use record::{IdentityContext, IdentityRecord};
pub use secret::{AccountNumber, BadInput, FullName, Memo, Nickname, Password, Secret32};
