//! Tables for people, JSON for programs.

use comfy_table::{Table, presets};
use serde::Serialize;
use std::io::{self, Write};

/// How a result is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum Output {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
}

impl Output {
    /// Prints a value as JSON, or the text made of it.
    pub fn print<T: Serialize>(self, value: &T, text: impl FnOnce(&T) -> String) {
        match self {
            Self::Table => say(&text(value)),
            Self::Json => say(&json(value)),
        }
    }
}

/// Writes a text and a line break to standard output. A reader that has seen enough, such as `head`, is
/// no failure; of any other there is nobody left to tell.
pub fn say(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{}", text.trim_end_matches('\n'));
}

pub(super) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).expect("what commands print is plain data")
}

/// A table with this head and these rows.
pub fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_FULL_CONDENSED).set_header(head).add_rows(rows);
    table.to_string()
}
