//! How `idx-node` ends, as scripts see it.

use crate::home::HomeError;
use crate::keys::KeysError;
use crate::settings::SettingsError;
use std::process::ExitCode;

/// The documented exit codes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// The work failed: disk, network, machine.
    Failed = 1,
    /// Wrong use of the command line. Clap ends with this code by itself.
    Usage = 2,
    /// Settings, home, keys or genesis are missing or wrong; nothing was changed.
    Refused = 3,
    /// No node answered.
    Unreachable = 4,
    /// The work was done and its result is bad: a chain that does not verify, payments that did not settle.
    Unsound = 5,
}

/// The codes, for `--help`.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  the work failed: disk, network, machine
  2  wrong use of the command line
  3  settings, home, keys or genesis are missing or wrong; nothing was changed
  4  no node answered
  5  done, and the result is bad: a chain that does not verify, payments that did not settle";

/// Why a command ends badly.
#[derive(Debug)]
pub struct Failure {
    /// How to end.
    pub exit: Exit,
    /// What to say.
    pub error: anyhow::Error,
}

/// What a command comes to.
pub type Done = Result<(), Failure>;

impl Failure {
    /// A failure of this kind.
    pub fn of(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into() }
    }

    /// A failure that a sentence tells.
    pub fn say(exit: Exit, text: impl Into<String>) -> Self {
        Self { exit, error: anyhow::Error::msg(text.into()) }
    }

    /// Tells the failure on standard error.
    pub fn report(&self) -> ExitCode {
        eprintln!("error: {}", words(&self.error));
        ExitCode::from(self.exit as u8)
    }
}

/// An error with its causes, but for those that its own words tell already.
fn words(error: &anyhow::Error) -> String {
    error.chain().skip(1).map(ToString::to_string).fold(error.to_string(), |text, cause| {
        if text.contains(&cause) { text } else { format!("{text}: {cause}") }
    })
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self { exit: Exit::Failed, error }
    }
}

/// Errors that mean: correct your files, nothing was changed.
macro_rules! refused {
    ($($error:ty),*) => { $(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::of(Exit::Refused, error)
            }
        }
    )* };
}
refused!(SettingsError, HomeError, KeysError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_told_once() {
        let inner = || std::io::Error::other("disk on fire");
        let told = HomeError::Io { path: "a/b".into(), source: inner() };
        assert_eq!(words(&told.into()), "a/b: disk on fire");
        let context = anyhow::Error::new(inner()).context("the store cannot be opened");
        assert_eq!(words(&context), "the store cannot be opened: disk on fire");
    }

    #[test]
    fn the_help_lists_every_code() {
        for exit in [Exit::Failed, Exit::Usage, Exit::Refused, Exit::Unreachable, Exit::Unsound] {
            assert!(EXIT_CODES.contains(&format!("\n  {}  ", exit as u8)), "{exit:?}");
        }
    }
}
