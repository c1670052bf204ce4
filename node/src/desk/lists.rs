//! The lists of names that a bank watches, read from its files at the start.

use anyhow::{Context, Result, ensure};
use idx_bank::risk::Watchlist;
use std::path::Path;

/// The column that holds the names, where the setting names none: the second, as in OFAC's `sdn.csv`.
const COLUMN: usize = 1;

/// Every name of these files, each `PATH` or `PATH#COLUMN`.
///
/// # Errors
/// A file cannot be read, is no CSV, or has no names in that column.
pub fn watchlist(lists: &[String]) -> Result<Watchlist> {
    let mut names = Vec::new();
    for list in lists {
        let before = names.len();
        read(list, &mut names).with_context(|| format!("risk.sanctions_lists: {list}"))?;
        let read = names.len() - before;
        ensure!(read > 0, "risk.sanctions_lists: {list} has no names in that column");
        tracing::info!(list, names = read, "a list of names is watched");
    }
    let (watchlist, left_out) = Watchlist::new(names.iter().map(String::as_str));
    if left_out > 0 {
        tracing::info!(left_out, "names of fewer than five letters are not looked for");
    }
    Ok(watchlist)
}

fn read(list: &str, names: &mut Vec<String>) -> Result<()> {
    let (path, column) = match list.rsplit_once('#') {
        Some((path, column)) => (path, column.parse().context("after # comes a column's number, from 0")?),
        None => (list, COLUMN),
    };
    let rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(Path::new(path));
    for row in rows?.into_byte_records() {
        let row = row?;
        let name = row.get(column).map(|name| String::from_utf8_lossy(name).trim().to_owned());
        names.extend(name.filter(|name| !name.is_empty()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn lists_are_read_by_column_and_what_is_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        fs::write(&path, "1,\"HADZHI, Ali Osman\",x\n2,B\u{e9}la Kovacs\n\n3\n").unwrap();
        let path = path.display().to_string();
        let list = watchlist(std::slice::from_ref(&path)).unwrap();
        assert_eq!(list.len(), 2);
        assert!(list.nearest("Bela Kovacs", 920).is_some());
        for (list, named) in [
            (format!("{path}#9"), "no names in that column"),
            (format!("{path}#name"), "a column's number"),
            (format!("{path}.none"), "list.csv.none"),
        ] {
            let error = format!("{:#}", watchlist(&[list]).err().unwrap());
            assert!(error.contains(named), "{error}");
        }
    }
}
