//! `testnet demo`: the whole story on a running test network, told step by step.
//!
//! Every step is a command that anybody can type; it is printed before its result. The story stops at the
//! first step that does not come out as it should, so that it is a test as well.
//!
//! ```text
//!   people ---> a payment with the receiver's choice ---> a no, a withdrawal, a frozen account
//!     ---> what the public chain shows ---> a court order with two keys ---> the audit ---> a bank is down
//! ```

mod opening;
mod paying;
mod people;
mod stage;

use super::layout::{Layout, LayoutError};
use stage::Stage;
use std::path::PathBuf;

/// Why the story stops.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// There is no network.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A command cannot be run.
    #[error("{command}: {source}")]
    Run {
        /// The command.
        command: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A command did not do what the story tells.
    #[error("{command}\n  {said}")]
    Failed {
        /// The command.
        command: String,
        /// What it said.
        said: String,
    },
    /// Something is not as the story tells.
    #[error("the story does not come out: {0}")]
    Unlike(String),
    /// A paper for the story cannot be written.
    #[error("{path}: {source}", path = .path.display())]
    Paper {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Tells the story on the network of a folder; prints as it goes.
///
/// # Errors
/// [`DemoError`] names the step that went wrong.
pub fn demo(layout: &Layout) -> Result<(), DemoError> {
    layout.require()?;
    let mut stage = Stage::new(layout)?;
    let cast = people::arrive(&mut stage)?;
    let payment = paying::pay(&mut stage, &cast)?;
    paying::other_ends(&mut stage, &cast)?;
    paying::a_bank_is_down(&mut stage, &cast)?;
    opening::open(&mut stage, &cast, &payment)?;
    stage.end();
    Ok(())
}
