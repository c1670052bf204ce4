//! Homes, their files and rights.

use super::*;

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

#[test]
fn a_home_is_its_owners_alone_and_never_made_over_another() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::at(dir.path().join("a/home"));
    home.create().unwrap();
    home.create().unwrap();
    assert_eq!(mode_of(home.root()), 0o700);
    write_new(&home.config_file(), "x").unwrap();
    assert!(matches!(home.create(), Err(HomeError::Exists { .. })));
    assert_eq!(fs::read_to_string(home.config_file()).unwrap(), "x");
}

#[test]
fn secrets_are_written_for_their_owner_and_refused_when_others_can_read_them() {
    let dir = tempfile::tempdir().unwrap();
    let path = Home::at(dir.path()).key_file(Purpose::Consensus);
    write_new_secret(&path, "secret").unwrap();
    assert_eq!((mode_of(&path), mode_of(path.parent().unwrap())), (0o600, 0o700));
    assert_eq!(read_secret(&path, "").unwrap().as_str(), "secret");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let error = read_secret(&path, "").unwrap_err().to_string();
    assert!(error.contains("mode 640") && error.contains("chmod 600"), "{error}");
}

#[test]
fn each_wrong_file_is_named_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let missing = read_text(&dir.path().join("genesis.json"), "get it from another bank").unwrap_err();
    assert!(missing.to_string().contains("get it from another bank"), "{missing}");
    let large = dir.path().join("large");
    File::create(&large).unwrap().set_len(FILE_BYTES_MAX + 1).unwrap();
    assert!(matches!(read_text(&large, ""), Err(HomeError::TooLarge { .. })));
    let file = dir.path().join("file");
    write_new(&file, "first").unwrap();
    assert!(matches!(write_new(&file, "second"), Err(HomeError::Exists { .. })));
    assert_eq!(fs::read_to_string(&file).unwrap(), "first");
    replace(&file, "second").unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "second");
}

#[test]
fn one_process_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::at(dir.path());
    let lock = home.lock().unwrap();
    assert!(matches!(home.lock(), Err(HomeError::InUse { .. })));
    drop(lock);
    assert!(home.lock().is_ok());
    assert!(matches!(Home::at(dir.path().join("no")).lock(), Err(HomeError::Missing { .. })));
}
