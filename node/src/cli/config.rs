//! `idx-node config ...`.

use super::HomeArg;
use super::exit::Done;
use super::output::{Output, say};
use crate::settings;

/// Look settings over without starting anything.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Config {
    /// Check config.toml and the environment, and print what is in force.
    #[command(after_help = "Example:\n  idx-node config check --home hdfc --output json")]
    Check {
        #[command(flatten)]
        home: HomeArg,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        output: Output,
    },
    /// Print the commented file that `init` writes, for a bank of your choice.
    ShowDefault {
        /// Its code.
        #[arg(long, default_value = "HDFC")]
        bank: idx_types::BankCode,
    },
}

impl Config {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Check { home, output } => check(&home, output),
            Self::ShowDefault { bank } => {
                say(&settings::file_text(&settings::Start::of(bank)));
                Ok(())
            }
        }
    }
}

fn check(home: &HomeArg, output: Output) -> Done {
    let path = home.home().config_file();
    let settings = settings::load(&path, std::env::vars(), &[])?;
    output.print(&settings, |settings| {
        let text = toml::to_string_pretty(settings).expect("settings are plain data");
        format!("# {}: no mistakes. In force, with the environment laid over it:\n{text}", path.display())
    });
    Ok(())
}
