//! `idx-node completions SHELL`.

use super::exit::Done;
use clap::CommandFactory;

/// Print completions for a shell.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  idx-node completions bash > /etc/bash_completion.d/idx-node")]
pub(super) struct Completions {
    /// Which shell.
    shell: clap_complete::Shell,
}

impl Completions {
    pub(super) fn run(self) -> Done {
        clap_complete::generate(self.shell, &mut super::Cli::command(), "idx-node", &mut std::io::stdout());
        Ok(())
    }
}
