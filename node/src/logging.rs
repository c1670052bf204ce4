//! Logs: text for people on a terminal, one JSON object a line elsewhere.

use crate::settings::{Log, LogFormat};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts logging to standard output. Call once, before anything is logged.
pub fn start(log: &Log) {
    // Libraries below us say at `info` what only their authors want to know.
    let level = log.level.as_str();
    let filter = EnvFilter::new(format!("{level},libp2p=warn,jsonrpsee=warn,hyper=warn,h2=warn"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter);
    match is_human(log.format, std::io::stdout().is_terminal()) {
        true => builder.with_ansi(std::io::stdout().is_terminal()).init(),
        false => builder.json().flatten_event(true).init(),
    }
}

fn is_human(format: LogFormat, terminal: bool) -> bool {
    match format {
        LogFormat::Auto => terminal,
        LogFormat::Human => true,
        LogFormat::Json => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_follows_the_terminal_and_the_others_do_not() {
        for (format, on_terminal, elsewhere) in
            [(LogFormat::Auto, true, false), (LogFormat::Human, true, true), (LogFormat::Json, false, false)]
        {
            assert_eq!((is_human(format, true), is_human(format, false)), (on_terminal, elsewhere));
        }
    }
}
