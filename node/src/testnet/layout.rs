//! The folder of a test network: one home a bank, and what they share.
//!
//! ```text
//! .testnet/  network.json   what was asked for: ports, banks
//!            wallet.key     the secret behind all customers (0600)
//!            summary.json   the last run of payments
//!            links.pid  links.log  links.sock   the process that holds the links, if there are any
//!            hdfc/  icici/  sbi/  axis/  kotak/  yes/
//!                   a home each, and beside it node.log and node.pid
//!            custodians/rbi/  custodians/company/
//!                   the keys of those who open identities together, their passphrases, policy, log
//!            judge/ the keys of the one judge, and their passphrase
//!            publisher/ the key of the rate publisher, and its passphrase
//! ```

use super::ports::Ports;
use crate::home::{self, Home, HomeError};
use crate::keys::{self, KeysError};
use crate::pay::wallet::Wallet;
use idx_types::BankCode;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The banks of a test network, in order of their numbers and ports.
pub const BANKS: [&str; 6] = ["HDFC", "ICICI", "SBI", "AXIS", "KOTAK", "YES"];

/// Version of `network.json`.
const FORMAT: u16 = 1;

/// Files of the folder itself; `down` removes these and the homes, nothing else.
const FILES: [&str; 7] =
    ["network.json", "wallet.key", "summary.json", "links.pid", "links.log", "links.sock", LOCK];

/// Homes of the custodians.
const CUSTODIANS: &str = "custodians";

/// Home of the judge.
const JUDGE: &str = "judge";

/// Home of the rate publisher.
const PUBLISHER: &str = "publisher";

/// Keeps a second `up` out; see [`Home::lock`].
const LOCK: &str = "lock";

/// What the story of `demo` leaves.
const DEMO: &str = "demo";

/// Why a folder is not taken for a test network.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// There is none.
    #[error("there is no test network in {dir}\n  what to do: testnet up makes one, --dir names another folder", dir = .dir.display())]
    None {
        /// The folder.
        dir: PathBuf,
    },
    /// A file of it cannot be read.
    #[error("{path}: {reason}\n  what to do: put the file back as it was, or testnet down and up make a new network", path = .path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The folder holds something else.
    #[error("{dir} is not empty and holds no test network\n  what to do: choose another folder with --dir; nothing was changed", dir = .dir.display())]
    Foreign {
        /// The folder.
        dir: PathBuf,
    },
    /// No such bank.
    #[error("{code:?} is none of the banks, {}, nor a custodian, rbi or company", BANKS.join(", "))]
    UnknownBank {
        /// What was asked for.
        code: String,
    },
    /// A file is in the way or cannot be written.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// No randomness, or keys in the way.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

/// What a test network was made with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkFile {
    format: u16,
    /// Its ports.
    pub ports: Ports,
}

/// One bank of a test network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// Its number, from 1.
    pub number: u16,
    /// Its code.
    pub code: BankCode,
    /// Its home.
    pub home: Home,
}

impl Place {
    /// What its node writes.
    pub fn log(&self) -> PathBuf {
        self.home.root().join("node.log")
    }

    /// Which process its node is.
    pub fn pid(&self) -> PathBuf {
        self.home.root().join("node.pid")
    }
}

/// One custodian of a test network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Custody {
    /// `rbi` or `company`.
    pub name: &'static str,
    /// Its home.
    pub home: Home,
}

impl Custody {
    /// What it writes.
    pub fn log(&self) -> PathBuf {
        self.home.root().join("custodian.log")
    }

    /// Which process it is.
    pub fn pid(&self) -> PathBuf {
        self.home.root().join("custodian.pid")
    }
}

/// The folder of a test network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    dir: PathBuf,
}

impl Layout {
    /// The folder at this path; nothing is touched.
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The banks.
    pub fn places(&self) -> Vec<Place> {
        let place = |(code, number): (&&str, u16)| Place {
            number,
            code: code.parse().expect("the codes are fixed and sound"),
            home: Home::at(self.dir.join(code.to_lowercase())),
        };
        BANKS.iter().zip(1..).map(place).collect()
    }

    /// The bank of this code, in any case of letters.
    ///
    /// # Errors
    /// [`LayoutError::UnknownBank`].
    pub fn place(&self, code: &str) -> Result<Place, LayoutError> {
        let wanted = code.to_uppercase();
        let found = self.places().into_iter().find(|place| place.code.as_str() == wanted);
        found.ok_or_else(|| LayoutError::UnknownBank { code: code.to_owned() })
    }

    /// The home of the regulator's custodian.
    pub fn regulator(&self) -> Home {
        Home::at(self.file(CUSTODIANS).join("rbi"))
    }

    /// The home of the company's custodian.
    pub fn company(&self) -> Home {
        Home::at(self.file(CUSTODIANS).join("company"))
    }

    /// The custodians.
    pub fn custodians(&self) -> [Custody; 2] {
        [Custody { name: "rbi", home: self.regulator() }, Custody { name: "company", home: self.company() }]
    }

    /// The custodian of this name, in any case of letters, if it is one's.
    pub fn custodian(&self, name: &str) -> Option<Custody> {
        self.custodians().into_iter().find(|custody| custody.name.eq_ignore_ascii_case(name))
    }

    /// The home of the judge.
    pub fn judge(&self) -> Home {
        Home::at(self.file(JUDGE))
    }

    /// The home of the rate publisher.
    pub fn publisher(&self) -> Home {
        Home::at(self.file(PUBLISHER))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Where the last summary is kept; it is there once a first run of payments was made.
    pub fn summary_file(&self) -> PathBuf {
        self.file("summary.json")
    }

    /// Which process holds the links.
    pub fn links_pid(&self) -> PathBuf {
        self.file("links.pid")
    }

    /// What it writes.
    pub fn links_log(&self) -> PathBuf {
        self.file("links.log")
    }

    /// Where it is told what to do.
    pub fn links_socket(&self) -> PathBuf {
        self.file("links.sock")
    }

    /// What the network was made with; `None` if there is none.
    ///
    /// # Errors
    /// [`LayoutError::Broken`], or [`LayoutError::Foreign`] if something else lives there.
    pub fn network(&self) -> Result<Option<NetworkFile>, LayoutError> {
        let path = self.file("network.json");
        if !path.exists() {
            return if self.is_vacant() {
                Ok(None)
            } else {
                Err(LayoutError::Foreign { dir: self.dir.clone() })
            };
        }
        let text = home::read_text(&path, "")?;
        let broken = |reason| LayoutError::Broken { path: path.clone(), reason };
        let file: NetworkFile = serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
        if file.format != FORMAT {
            return Err(broken(format!("format {} is unknown; this software writes {FORMAT}", file.format)));
        }
        Ok(Some(file))
    }

    /// The network that must be there.
    ///
    /// # Errors
    /// [`LayoutError::None`], and those of [`Layout::network`].
    pub fn require(&self) -> Result<NetworkFile, LayoutError> {
        self.network()?.ok_or_else(|| LayoutError::None { dir: self.dir.clone() })
    }

    /// Whether nothing is there but what an interrupted `up` leaves.
    fn is_vacant(&self) -> bool {
        let ours = self.own_entries();
        let Ok(entries) = fs::read_dir(&self.dir) else { return true };
        entries.flatten().all(|entry| ours.contains(&entry.path()))
    }

    fn own_entries(&self) -> Vec<PathBuf> {
        let homes = self.places().into_iter().map(|place| place.home.root().to_owned());
        FILES
            .iter()
            .chain(&[CUSTODIANS, JUDGE, PUBLISHER, DEMO])
            .map(|name| self.file(name))
            .chain(homes)
            .collect()
    }

    /// Writes down what the network was made with; from then on it exists.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn write_network(&self, ports: Ports) -> Result<(), LayoutError> {
        let file = NetworkFile { format: FORMAT, ports };
        let text = serde_json::to_string_pretty(&file).expect("the file is plain data");
        Ok(home::write_new(&self.file("network.json"), &format!("{text}\n"))?)
    }

    /// Makes the wallet's secret.
    ///
    /// # Errors
    /// No randomness, or the file is there.
    pub fn make_wallet(&self) -> Result<(), LayoutError> {
        let text = Zeroizing::new(hex::encode(*keys::random::<32>()?));
        Ok(home::write_new_secret(&self.file("wallet.key"), &text)?)
    }

    /// The wallet of all customers.
    ///
    /// # Errors
    /// The file is missing, exposed or broken.
    pub fn wallet(&self) -> Result<Wallet, LayoutError> {
        let path = self.file("wallet.key");
        let text = home::read_secret(&path, "testnet down and up make a new network")?;
        let mut key = Zeroizing::new([0; 32]);
        match hex::decode_to_slice(text.trim(), key.as_mut()) {
            Ok(()) => Ok(Wallet::new(key)),
            Err(error) => Err(LayoutError::Broken { path, reason: error.to_string() }),
        }
    }

    /// Papers and files of the story that `demo` tells.
    pub fn demo(&self) -> PathBuf {
        self.file(DEMO)
    }

    /// Removes everything of the network but the lock that keeps others out meanwhile.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn clear(&self) -> Result<(), LayoutError> {
        let lock = self.file(LOCK);
        self.own_entries().iter().filter(|path| **path != lock).try_for_each(|path| remove(path))
    }

    /// Removes the network, and the folder if nothing else is in it.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn remove(&self) -> Result<(), LayoutError> {
        self.own_entries().iter().try_for_each(|path| remove(path))?;
        // Something else may lie there; then the folder stays.
        let _ = fs::remove_dir(&self.dir);
        Ok(())
    }
}

/// Removes a file or folder; it may be gone already.
fn remove(path: &Path) -> Result<(), LayoutError> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(HomeError::Io { path: path.to_owned(), source: error }.into())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
