//! Tables for people, JSON for programs.

use comfy_table::{Table, presets};
use serde::Serialize;

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
            Self::Table => println!("{}", text(value)),
            Self::Json => println!("{}", json(value)),
        }
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).expect("what commands print is plain data")
}

/// A table with this head and these rows.
pub fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_FULL_CONDENSED).set_header(head).add_rows(rows);
    table.to_string()
}
