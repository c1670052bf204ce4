//! ISO 20022 pain.001, the customer's credit transfer file: read with bounds, checked as a whole, then
//! transfer by transfer.
//!
//! ```text
//!   bytes --size, UTF-8, depth, no DTD--> elements --counts and control sums--> Initiation
//!   Initiation --each transfer, by the rules of this network--> Order, or a LineFault with its place
//! ```
//!
//! A file that is broken as a whole ([`Broken`]) pays nothing. A transfer that this network cannot make
//! ([`LineFault`]) is refused by itself.
//!
//! The receiver is found by the creditor's account or name: an IDX as the account's proxy (`Prxy/Id`, the
//! schema's place for such names), as another account id or as its name, or else `Cdtr/Nm`, which is the
//! nickname of a contact. A transfer is known again by `MsgId` and `EndToEndId`.
//!
//! Rooms: `read` (the walk over the elements), `file` (what it gathers), `promise` (counts and sums),
//! `decimal`, `order` (the rules).

mod decimal;
mod file;
mod order;
mod promise;
mod read;
#[cfg(test)]
mod tests;

pub use file::{Broken, CreditTransfer, FILE_BYTES_MAX, Fault, Initiation, TRANSFERS_MAX};
pub use order::{LineFault, Order};
pub use read::NAMESPACES;
