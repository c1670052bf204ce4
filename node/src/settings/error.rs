//! What can be wrong with settings, with the place and what to do.

use idx_types::BankCode;
use std::path::PathBuf;

/// Why settings are refused. Each message names the place and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("{path}: {source}\n  what to do: run `idx-node init --home {home}`, or name another home with --home", path = .path.display(), home = .path.parent().map_or(PathBuf::new(), PathBuf::from).display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file has a mistake.
    #[error(
        "{path}:{line}: {message}\n    {text}\n  what to do: correct this line; `idx-node config show-default` prints every key with its range",
        path = .path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// Line of the mistake, from 1.
        line: usize,
        /// What is wrong.
        message: String,
        /// The line itself.
        text: String,
    },
    /// A variable has a mistake.
    #[error(
        "environment variable {variable}: {message}\n  what to do: correct or unset {variable} (key `{key}`)"
    )]
    Variable {
        /// Its name.
        variable: String,
        /// The key it sets.
        key: String,
        /// What is wrong.
        message: String,
    },
    /// A variable begins with `IDX_` and nothing reads it.
    #[error(
        "environment variable {variable} is not known\n  what to do: unset it, or correct its name; known are {known}"
    )]
    UnknownVariable {
        /// Its name.
        variable: String,
        /// The variables there are.
        known: String,
    },
    /// A flag has a mistake.
    #[error("--{flag}: {message}\n  what to do: correct the flag (key `{key}`)")]
    Flag {
        /// Its name, without dashes.
        flag: String,
        /// The key it sets.
        key: String,
        /// What is wrong.
        message: String,
    },
    /// Nobody said which bank the node is.
    #[error(
        "{path}: no bank is named\n  what to do: write bank = \"CODE\" at the top of the file, or set IDX_BANK",
        path = .path.display()
    )]
    NoBank {
        /// The file where it is missed.
        path: PathBuf,
    },
    /// A bank's settings, given to an observer.
    #[error(
        "{path}: these are the settings of {bank}, and an observer speaks for no bank\n  what to do: use the \
         observer's own home, or `idx-node start` for the bank's node",
        path = .path.display()
    )]
    BankOfObserver {
        /// The file.
        path: PathBuf,
        /// The bank it names.
        bank: BankCode,
    },
}
