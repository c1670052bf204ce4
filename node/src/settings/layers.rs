//! Laying the sources of settings over each other, and blaming the right one for a mistake.

use super::error::SettingsError;
use super::keys::{KEYS, Key, OTHER_VARIABLES};
use super::sections::{ObserverSettings, RawSettings, Settings};
use serde::Deserialize;
use std::path::Path;

/// Where a value comes from, beside the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// An environment variable.
    Variable,
    /// A flag of the command line.
    Flag,
}

/// Loads the settings: the file, then `variables` (name and value, as the environment gives them), then
/// `flags` (path of a key and text).
///
/// # Errors
/// The first mistake, with its place; see [`SettingsError`].
pub fn load(
    path: &Path,
    variables: impl IntoIterator<Item = (String, String)>,
    flags: &[(&str, String)],
) -> Result<Settings, SettingsError> {
    layers(path, variables, flags)?.finish().ok_or_else(|| SettingsError::NoBank { path: path.to_owned() })
}

/// Loads an observer's settings, from the same sources.
///
/// # Errors
/// The first mistake, with its place; a bank is one, see [`SettingsError`].
pub fn load_observer(
    path: &Path,
    variables: impl IntoIterator<Item = (String, String)>,
    flags: &[(&str, String)],
) -> Result<ObserverSettings, SettingsError> {
    let named = |bank| SettingsError::BankOfObserver { path: path.to_owned(), bank };
    layers(path, variables, flags)?.finish_observer().map_err(named)
}

fn layers(
    path: &Path,
    variables: impl IntoIterator<Item = (String, String)>,
    flags: &[(&str, String)],
) -> Result<RawSettings, SettingsError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| SettingsError::Unreadable { path: path.to_owned(), source })?;
    let (mut table, mut raw) = parse_file(path, &text)?;
    for (variable, value) in variables {
        if let Some(key) = key_of_variable(&variable)? {
            raw = lay(&mut table, key, &value).map_err(|m| blame(Source::Variable, key, m))?;
        }
    }
    for (key_path, value) in flags {
        let key = Key::find(key_path).expect("flags are declared for keys of the list only");
        raw = lay(&mut table, key, value).map_err(|m| blame(Source::Flag, key, m))?;
    }
    Ok(raw)
}

/// Reads the text of a settings file, strictly.
///
/// # Errors
/// [`SettingsError::File`] with the line of the first mistake.
pub fn parse_file(path: &Path, text: &str) -> Result<(toml::Table, RawSettings), SettingsError> {
    let fail = |error: toml::de::Error| file_error(path, text, &error);
    let raw = toml::from_str::<RawSettings>(text).map_err(fail)?;
    let table = toml::from_str::<toml::Table>(text).map_err(fail)?;
    Ok((table, raw))
}

fn file_error(path: &Path, text: &str, error: &toml::de::Error) -> SettingsError {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    SettingsError::File {
        path: path.to_owned(),
        line,
        message: error.message().replace('\n', "; "),
        text: text.lines().nth(line - 1).unwrap_or_default().trim().to_owned(),
    }
}

/// The key that a variable sets; `None` for variables that are not ours or are no settings.
fn key_of_variable(variable: &str) -> Result<Option<&'static Key>, SettingsError> {
    if !variable.starts_with("IDX_") || OTHER_VARIABLES.contains(&variable) {
        return Ok(None);
    }
    let known = || KEYS.iter().map(|key| key.variable).collect::<Vec<_>>().join(", ");
    match KEYS.iter().find(|key| key.variable == variable) {
        Some(key) => Ok(Some(key)),
        None => Err(SettingsError::UnknownVariable { variable: variable.to_owned(), known: known() }),
    }
}

/// Puts one value over the table and checks the whole again.
fn lay(table: &mut toml::Table, key: &Key, text: &str) -> Result<RawSettings, String> {
    let value = key.read(text)?;
    section(table, key.section)?.insert(key.name.to_owned(), value);
    let whole = toml::Value::Table(table.clone());
    RawSettings::deserialize(whole).map_err(|e| e.message().replace('\n', "; "))
}

fn section<'a>(table: &'a mut toml::Table, name: &str) -> Result<&'a mut toml::Table, String> {
    if name.is_empty() {
        return Ok(table);
    }
    let entry = table.entry(name).or_insert_with(|| toml::Value::Table(toml::Table::new()));
    entry.as_table_mut().ok_or_else(|| format!("{name} is not a section"))
}

fn blame(source: Source, key: &Key, message: String) -> SettingsError {
    let path = key.path();
    match source {
        Source::Variable => SettingsError::Variable { variable: key.variable.to_owned(), key: path, message },
        Source::Flag => SettingsError::Flag { flag: path.replace(['.', '_'], "-"), key: path, message },
    }
}
