//! A disk that takes no more: an error, and whole heights up to it (fault 46).

use crate::child::{announced, command};
use crate::support::{check_state, open};
use std::process::Output;

/// A process whose files may not grow beyond a limit, which the kernel reports as a failed write.
fn run_with_file_limit(folder: &std::path::Path, blocks: u32) -> Output {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    command(folder, Some(&script)).env("IDX_TEST_BIG_BUFFERS", "1").output().unwrap()
}

#[test]
fn a_full_disk_is_an_error_and_nothing_is_half_done() {
    for blocks in [700, 1_100, 1_900] {
        let folder = tempfile::tempdir().unwrap();
        let output = run_with_file_limit(folder.path(), blocks);
        let text = String::from_utf8(output.stdout).unwrap();
        let said = text.lines().filter_map(announced).next_back().expect("some heights fit");
        let error =
            text.lines().find_map(|line| line.strip_prefix("error ")).expect("it ended with an error");
        assert!(
            error.contains("cannot write to the block store") && error.contains("nothing is half done"),
            "{error}"
        );
        let store = open(folder.path());
        let tip = store.height().unwrap().0;
        assert!(tip == said || tip == said + 1, "announced {said}, there is {tip}");
        check_state(&store).unwrap();
    }
}
