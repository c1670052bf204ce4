//! The repository keeps itself tidy: sizes, headers, unfinished marks, links between documents.

use std::fs;
use std::path::{Path, PathBuf};

/// No source file is longer; most are far shorter.
const LINES_MAX: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests lies in the root").to_owned()
}

fn files(extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("folders of the repository are readable").flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && !["target", "node_modules"].contains(&&*name) && !name.starts_with(".") {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn failures(check: impl Fn(&str) -> Option<String>, extension: &str) -> Vec<String> {
    let complain = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("source files are UTF-8");
        check(&text).map(|what| format!("{}: {what}", path.strip_prefix(root()).unwrap_or(path).display()))
    };
    files(extension).iter().filter_map(complain).collect()
}

#[track_caller]
fn assert_none(failures: &[String]) {
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}

#[test]
fn source_files_are_small_rooms() {
    let too_long = |text: &str| {
        let lines = text.lines().count();
        (lines > LINES_MAX).then(|| format!("{lines} lines, at most {LINES_MAX}: split it by idea"))
    };
    assert_none(&failures(too_long, "rs"));
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let silent = |text: &str| (!text.starts_with("//!")).then(|| "does not begin with //!".to_owned());
    assert_none(&failures(silent, "rs"));
}

#[test]
fn nothing_is_left_unfinished() {
    // Spelled apart, so that this file does not find itself.
    let marks =
        [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("todo", "!("), concat!("unimplemented", "!(")];
    let unfinished = |text: &str| {
        let found = marks.iter().find(|mark| text.contains(**mark));
        found.map(|mark| format!("holds {mark}"))
    };
    assert_none(&failures(unfinished, "rs"));
    assert_none(&failures(unfinished, "sh"));
}

#[test]
fn lines_end_clean() {
    let untidy = |text: &str| {
        let line = text.lines().position(|line| line.ends_with([' ', '\t']) || line.contains('\t'));
        line.map(|line| format!("line {}: tab or trailing space", line + 1))
    };
    assert_none(&failures(untidy, "rs"));
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut dead = Vec::new();
    for path in files("md") {
        let text = fs::read_to_string(&path).expect("documents are UTF-8");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap_or_default();
            let external = target.is_empty() || target.contains("://");
            let folder = path.parent().expect("files lie in folders");
            if !external && !folder.join(target).exists() {
                dead.push(format!("{} -> {link}", path.strip_prefix(root()).unwrap_or(&path).display()));
            }
        }
    }
    assert_none(&dead);
}
