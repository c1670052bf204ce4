//! Settings: one commented TOML file, every key also an environment variable, some also a flag.
//!
//! ```text
//! default  <  config.toml  <  IDX_... variables  <  flags of `start`
//! ```
//!
//! Every layer is checked as it is laid on, so a mistake is reported where it was made: with file and
//! line, with the variable's name, or with the flag. Unknown keys and unknown `IDX_` variables are
//! mistakes too. A secret has no place here: keys are opened with a passphrase from a file or from
//! `IDX_PASSPHRASE`, never from a command line.

mod checks;
mod error;
mod http;
mod keys;
mod layers;
mod risk;
mod sections;
mod template;

pub use checks::ranges;
pub use error::SettingsError;
pub use http::Http;
pub use keys::{KEYS, Key, Shape};
pub use layers::{Source, load, load_observer, parse_file};
pub use risk::Risk;
pub use sections::{
    Log, LogFormat, LogLevel, Mining, ObserverSettings, P2p, Pool, RawSettings, Rpc, Settings, Storage, Vault,
};
pub use template::{Start, file_text, observer_text};

#[cfg(test)]
mod tests;
