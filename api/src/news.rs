//! What happens, on its way to whoever listens: the same facts for Socket.IO and for `idx_subscribe`.
//!
//! ```text
//!   the vault's news <--read at the listener's pace-- reader        the desk only rings a bell
//!   final heights, mined headers --> herald: each put into words once --> all listeners
//! ```
//!
//! Rooms: `bells` (who waits for news of his own), `reader` (a customer's news, with every gap told),
//! `words` (a turn of a transfer as he is told it), `herald` (what is for everybody).

mod bells;
mod herald;
mod reader;
mod words;

pub use bells::{Bell, Bells};
pub(crate) use herald::{Blocks, Herald, Words};
pub(crate) use reader::{NewsReader, Told};
pub(crate) use words::names_of;
