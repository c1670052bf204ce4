//! What every route answers with when all is well, one room for each room of handlers.
//!
//! A shape stands here and not beside its handler because many routes share one: an account, a transfer.
//! The table of routes names the shape of each; the document adds `success: true` to it.

pub(super) mod accounts;
pub(super) mod chain;
pub(super) mod compliance;
pub(super) mod consents;
pub(super) mod court;
pub(super) mod entry;
pub(super) mod proofs;
pub(super) mod statements;
pub(super) mod transfers;
pub(super) mod travel;
mod values;

use super::schema::{Field, Object, Parts, objects};
use values::Words;

objects! {
    /// That it is done.
    Done { message: Words }
}

/// A file, which has no fields.
pub(crate) enum File {}

impl Object for File {
    const SUMMARY: &'static str = "A file.";

    fn fields(_: &mut Parts) -> Vec<Field> {
        Vec::new()
    }
}
