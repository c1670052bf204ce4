//! The home folder of a node: where each thing lies, made and read with care.
//!
//! ```text
//! <home>/  config.toml   genesis.json   passphrase (optional, 0600)   lock   (folder 0700)
//!          keys/  consensus.json  network.json  hpke.json   (sealed, 0600)
//!          db/    the chain and the state; can be fetched again from the other banks
//!          wal/   what this node signed; never part of a backup of db/, never put back from one
//! ```

use idx_crypto::Purpose;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Most bytes of a file that an operator writes; real ones have a few thousand.
pub const FILE_BYTES_MAX: u64 = 4 << 20;

/// Rights of folders and files that hold secrets: the owner's alone.
const FOLDER_MODE: u32 = 0o700;
const SECRET_MODE: u32 = 0o600;
const PUBLIC_MODE: u32 = 0o644;

/// Why a home folder or a file in it is refused.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// A file or folder is not there.
    #[error("{path} does not exist\n  what to do: {remedy}", path = .path.display())]
    Missing {
        /// What is missed.
        path: PathBuf,
        /// What to do.
        remedy: String,
    },
    /// Something is there that would be overwritten.
    #[error("{path} exists already\n  what to do: choose another place, or move it away first; nothing was changed", path = .path.display())]
    Exists {
        /// What is there.
        path: PathBuf,
    },
    /// A secret that others can read.
    #[error("{path} can be read by others (mode {mode:03o})\n  what to do: chmod 600 {path}; if others may have read it, make a new secret", path = .path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its rights.
        mode: u32,
    },
    /// A file that cannot be what it should be.
    #[error("{path} has {bytes} bytes, more than the {FILE_BYTES_MAX} that such a file can have\n  what to do: put the right file in its place", path = .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// Another process uses the home.
    #[error("{path} is in use by another idx-node process\n  what to do: stop that process first; two nodes with one home would contradict each other's votes", path = .path.display())]
    InUse {
        /// The home.
        path: PathBuf,
    },
    /// The operating system says no.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// Attaches the path to an error of the operating system.
fn at(path: &Path) -> impl FnOnce(io::Error) -> HomeError + '_ {
    |source| HomeError::Io { path: path.to_owned(), source }
}

/// A node's home folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Home {
    root: PathBuf,
}

/// Keeps every other process out of a home until it is dropped.
#[derive(Debug)]
pub struct HomeLock {
    _file: File,
}

impl Home {
    /// The home at this path; nothing is touched.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The settings.
    pub fn config_file(&self) -> PathBuf {
        self.root.join("config.toml")
    }

    /// The genesis that all banks signed.
    pub fn genesis_file(&self) -> PathBuf {
        self.root.join("genesis.json")
    }

    /// The sealed key of a purpose.
    pub fn key_file(&self, purpose: Purpose) -> PathBuf {
        self.root.join("keys").join(format!("{purpose}.json"))
    }

    /// The vault key that takes over, as long as a rotation is under way.
    pub fn next_vault_key(&self) -> PathBuf {
        self.root.join("keys").join("vault.next.json")
    }

    /// The passphrase, where the operator chose to keep it beside the keys.
    pub fn passphrase_file(&self) -> PathBuf {
        self.root.join("passphrase")
    }

    /// The store of blocks and state.
    pub fn db(&self) -> PathBuf {
        self.root.join("db")
    }

    /// The bank's vault.
    pub fn vault(&self) -> PathBuf {
        self.root.join("vault")
    }

    /// Where programs of this machine ask what only the operator may: a Unix socket.
    pub fn admin_socket(&self) -> PathBuf {
        self.root.join("admin.sock")
    }

    /// The write-ahead log of what was signed.
    pub fn wal(&self) -> PathBuf {
        self.root.join("wal")
    }

    /// Makes the folder, readable by its owner alone. It may exist, if it is empty.
    ///
    /// # Errors
    /// [`HomeError::Exists`] if it holds anything.
    pub fn create(&self) -> Result<(), HomeError> {
        create_folder(&self.root)?;
        let mut entries = fs::read_dir(&self.root).map_err(at(&self.root))?;
        if entries.next().is_some() {
            return Err(HomeError::Exists { path: self.root.clone() });
        }
        fs::set_permissions(&self.root, fs::Permissions::from_mode(FOLDER_MODE)).map_err(at(&self.root))
    }

    /// Takes the home for this process.
    ///
    /// # Errors
    /// [`HomeError::InUse`] if another process has it, [`HomeError::Missing`] if there is none.
    pub fn lock(&self) -> Result<HomeLock, HomeError> {
        self.require(&self.root, &format!("make one with `idx-node init --home {}`", self.root.display()))?;
        let path = self.root.join("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(SECRET_MODE).open(&path);
        let file = file.map_err(at(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(HomeLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(HomeError::InUse { path: self.root.clone() }),
            Err(TryLockError::Error(source)) => Err(HomeError::Io { path, source }),
        }
    }

    fn require(&self, path: &Path, remedy: &str) -> Result<(), HomeError> {
        if path.exists() {
            return Ok(());
        }
        Err(HomeError::Missing { path: path.to_owned(), remedy: remedy.to_owned() })
    }
}

/// Makes a folder and those above it; it may exist. New ones are readable by their owner alone.
///
/// # Errors
/// What the operating system says.
pub fn create_folder(path: &Path) -> Result<(), HomeError> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path).map_err(at(path))
}

/// Removes a file, which need not be there.
///
/// # Errors
/// What the operating system says.
pub fn remove_if_there(path: &Path) -> Result<(), HomeError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}

/// Reads a text that an operator put there; `remedy` is what to do if it is missing.
///
/// # Errors
/// [`HomeError::Missing`], [`HomeError::TooLarge`], or what the operating system says.
pub fn read_text(path: &Path, remedy: &str) -> Result<String, HomeError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(HomeError::Missing { path: path.to_owned(), remedy: remedy.to_owned() });
        }
        Err(source) => return Err(HomeError::Io { path: path.to_owned(), source }),
    };
    let bytes = file.metadata().map_err(at(path))?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(HomeError::TooLarge { path: path.to_owned(), bytes });
    }
    let mut text = String::new();
    file.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(at(path))?;
    Ok(text)
}

/// Reads a secret, which nobody but its owner may be able to read.
///
/// # Errors
/// [`HomeError::Exposed`], and those of [`read_text`].
pub fn read_secret(path: &Path, remedy: &str) -> Result<zeroize::Zeroizing<String>, HomeError> {
    let text = zeroize::Zeroizing::new(read_text(path, remedy)?);
    let mode = fs::metadata(path).map_err(at(path))?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(HomeError::Exposed { path: path.to_owned(), mode });
    }
    Ok(text)
}

/// Writes a new file that everybody may read, and has it on the disk when this returns.
///
/// # Errors
/// [`HomeError::Exists`] if there is one; it is left as it is.
pub fn write_new(path: &Path, text: &str) -> Result<(), HomeError> {
    write_with_mode(path, text, PUBLIC_MODE)
}

/// Writes a new file that only its owner may read, and has it on the disk when this returns.
///
/// # Errors
/// [`HomeError::Exists`] if there is one; it is left as it is.
pub fn write_new_secret(path: &Path, text: &str) -> Result<(), HomeError> {
    write_with_mode(path, text, SECRET_MODE)
}

/// Puts a text in the place of a file at once: a reader sees the old one or the new one, whole.
///
/// # Errors
/// What the operating system says; the old file is then still there.
pub fn replace(path: &Path, text: &str) -> Result<(), HomeError> {
    let next = path.with_extension(format!("new-{}", std::process::id()));
    write_new(&next, text)?;
    fs::rename(&next, path).map_err(at(path))
}

/// Puts a file in the place of another at once, and has that on the disk when this returns.
///
/// # Errors
/// What the operating system says; the old file is then still there.
pub fn take_the_place(new: &Path, old: &Path) -> Result<(), HomeError> {
    fs::rename(new, old).map_err(at(old))?;
    let folder = old.parent().unwrap_or(old);
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}

fn write_with_mode(path: &Path, text: &str, mode: u32) -> Result<(), HomeError> {
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    let opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let mut file = opened.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => HomeError::Exists { path: path.to_owned() },
        _ => HomeError::Io { path: path.to_owned(), source },
    })?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(at(path))
}

#[cfg(test)]
mod tests;
