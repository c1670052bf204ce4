//! partition, heal, cut and slow.

use super::super::TestnetError;
use super::super::layout::{Layout, LayoutError};
use super::control::{self, ControlError};
use super::groups::{Groups, GroupsError, place};
use super::ways::{Links, Mode};
use std::num::NonZeroU32;
use std::path::PathBuf;

/// Why a verb of the links fails.
#[derive(Debug, thiserror::Error)]
pub enum LinksError {
    /// The network was made without them.
    #[error("the network in {dir} has no links that could be cut\n  what to do: testnet down, then testnet up --links makes a network that has", dir = .dir.display())]
    None {
        /// Its folder.
        dir: PathBuf,
    },
    /// Their process did not come up.
    #[error("the process of the links did not come up: {error}\n{log}")]
    NotUp {
        /// What was tried last.
        error: String,
        /// Its log.
        log: String,
    },
    /// The sides make no sense.
    #[error(transparent)]
    Groups(#[from] GroupsError),
    /// The process does not answer.
    #[error(transparent)]
    Control(#[from] ControlError),
}

impl LinksError {
    /// That a network has no links.
    pub(in super::super) fn none(layout: &Layout) -> Self {
        Self::None { dir: layout.dir().to_owned() }
    }
}

/// How the ways of a network are; `None` if it has no links.
///
/// # Errors
/// There is no network, or its links do not answer.
pub async fn get(layout: &Layout) -> Result<Option<Links>, TestnetError> {
    if layout.require()?.ports.links_base.is_none() {
        return Ok(None);
    }
    Ok(Some(control::get(&layout.links_socket()).await.map_err(LinksError::from)?))
}

/// Makes the ways of a network so; they are when this returns.
///
/// # Errors
/// There is no network, it has no links, or they do not answer.
pub async fn set(layout: &Layout, links: Links) -> Result<(), TestnetError> {
    change(layout, |now| *now = links).await
}

async fn change(layout: &Layout, change: impl FnOnce(&mut Links)) -> Result<(), TestnetError> {
    let mut links = get(layout).await?.ok_or_else(|| LinksError::none(layout))?;
    change(&mut links);
    let now = control::set(&layout.links_socket(), links).await.map_err(LinksError::from)?;
    eprintln!("{}", now.to_text());
    Ok(())
}

/// Cuts the links between sides; replaces an earlier cut.
///
/// # Errors
/// The sides make no sense, or those of [`set`].
pub async fn partition(layout: &Layout, sides: &str) -> Result<(), TestnetError> {
    let groups = Groups::read(sides).map_err(LinksError::from)?;
    change(layout, |links| groups.cut(links)).await
}

/// Cuts one way: the second bank no longer hears the first.
///
/// # Errors
/// There is no such bank, or those of [`set`].
pub async fn cut(layout: &Layout, from: &str, to: &str) -> Result<(), TestnetError> {
    let (from, to) = (known(from)?, known(to)?);
    if from == to {
        return Err(LinksError::from(GroupsError::BankTwice { bank: super::super::BANKS[from] }).into());
    }
    change(layout, |links| links.change(from, to, |way| way.mode = Mode::Hold)).await
}

/// Opens every way and takes every delay off.
///
/// # Errors
/// Those of [`set`].
pub async fn heal(layout: &Layout) -> Result<(), TestnetError> {
    set(layout, Links::default()).await
}

/// Delays everything to and from a bank by so many milliseconds each way, and limits it to so many bytes
/// a second; 0 and `None` take that off.
///
/// # Errors
/// There is no such bank, or those of [`set`].
pub async fn slow(
    layout: &Layout,
    bank: &str,
    delay_ms: u32,
    bytes_per_s: Option<NonZeroU32>,
) -> Result<(), TestnetError> {
    let bank = known(bank)?;
    let touches = |from: usize, to: usize| from == bank || to == bank;
    let slower = |way: &mut super::Way| (way.delay_ms, way.bytes_per_s) = (delay_ms, bytes_per_s);
    change(layout, |links| links.change_all(touches, slower)).await
}

fn known(code: &str) -> Result<usize, TestnetError> {
    let unknown = || LayoutError::UnknownBank { code: code.to_owned() };
    Ok(place(code).ok_or_else(unknown)?)
}
