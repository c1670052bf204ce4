//! Statements of account: what the ledger did to an account in a period, as its owner may see it.
//!
//! ```text
//!   balances by height (ledger) --.
//!   postings by account (ledger) --+--> Statement --> CSV, PDF or camt.053 --SHA-256--> StatementSeal
//!   whom the owner paid (vault) --'     (adds up,        (the same bytes for              (signed by
//!                                        or is none)      the same statement)              the bank)
//! ```
//!
//! What enters are facts; what leaves is a document and what the bank signs of it. Every posting of the
//! account appears, and after each height the running balance is the one that the ledger recorded there:
//! a statement that does not explain every paisa is not made ([`Unexplained`]).
//!
//! Nobody else's identity is in it: the other side of a transfer is the owner's own contact, by the
//! nickname that he gave, or else a public session.
//!
//! Rooms: `model` (what a statement is), `text` (amounts and times as text), `csv`, `camt` and `pdf` (the
//! three writers), `seal` (the signature).

mod camt;
mod csv;
mod model;
mod pdf;
mod seal;
#[cfg(test)]
mod tests;
mod text;

pub use model::{Flow, Head, LINES_MAX, Line, Movement, Recorded, Statement, Totals, Unexplained};
pub use seal::{Format, FormatError, SealText, SealTextError, StatementSeal, account_digest};

impl Statement {
    /// The document in a format; the same bytes whenever it is written again.
    pub fn write(&self, format: Format) -> Vec<u8> {
        match format {
            Format::Csv => csv::write(self),
            Format::Pdf => pdf::write(self),
            Format::Camt053 => camt::write(self),
        }
    }
}
