//! The audit trail of lawful opening, proven from genesis: by the nodes, or by a file without any.
//!
//! ```text
//!   nodes --heights--> Followed --docket--> Report: every order's whole story, and what was refused
//!     |                    ^                   |
//!     |        file --heights-' (export, verify --file: only the genesis is needed beside it)
//!     '--audit trail, orders------compare------'--> what a node hides, adds or changes
//! ```
//!
//! What is proven: each height follows from genesis by the certificates of the banks, so that no step is
//! missing up to the last height and none was put in. What is not: that there is no later height. A
//! report names its height and time; who holds a newer one sees what an older one lacks.

mod compare;
mod file;
mod range;
mod report;

pub use compare::{Claims, differences};
pub use file::{AuditFileError, Reader, Writer};
pub use range::{Made, Walk, untold, walk};
pub use report::{AttemptView, NodeView, Report, StepView, StoryView};

use crate::doors::Doors;
use crate::following::Followed;
use idx_client::encoding::Hex;
use idx_client::{ClientError, IdxClient};
use idx_genesis::SoundGenesis;
use idx_light::FollowError;
use idx_types::Height;
use std::io::{Read, Write};

/// Times that the trail of a node is read anew because it grew meanwhile.
const TRIES_MAX: usize = 5;

/// Heights asked for at a time.
const BATCH: u32 = 128;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// No node answers.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The file is none, or was cut.
    #[error(transparent)]
    File(#[from] AuditFileError),
    /// A height in the file does not follow.
    #[error("height {height} of the file does not follow: {source}")]
    Broken {
        /// Which.
        height: Height,
        /// The link that broke.
        source: FollowError,
    },
    /// No node leads on, and one told what does not follow.
    #[error("{node} tells a height {height} that does not follow: {source}")]
    Lie {
        /// Who.
        node: String,
        /// Which height.
        height: Height,
        /// The link that broke.
        source: FollowError,
    },
}

/// Verifies a file. Needs nothing but the genesis.
///
/// # Errors
/// [`AuditError::File`] or [`AuditError::Broken`] name the first thing that is wrong.
pub fn of_file(genesis: &SoundGenesis, file: impl Read) -> Result<Report, AuditError> {
    let mut followed = Followed::genesis(genesis);
    let mut reader = Reader::new(file, genesis.chain_id())?;
    while let Some(next) = reader.next_height()? {
        let height = next.height();
        followed.take(&next).map_err(|source| AuditError::Broken { height, source })?;
    }
    Ok(Report::new(genesis, followed.docket(), Vec::new()))
}

/// Verifies what nodes tell, and compares with what each of them claims of orders.
///
/// # Errors
/// No node answers. What a node lies about is in the report.
pub async fn of_nodes(genesis: &SoundGenesis, doors: &Doors) -> Result<Report, AuditError> {
    let mut followed = Followed::genesis(genesis);
    followed.catch_up(doors).await?;
    let mut nodes = Vec::new();
    for door in doors.each() {
        let claims = claims_of(door).await;
        // A node may have gone on meanwhile: what it claims is compared with at least that height.
        followed.catch_up(doors).await?;
        nodes.push(match claims {
            Ok(claims) => NodeView {
                url: door.url().to_owned(),
                as_of: Some(claims.as_of),
                differences: differences(followed.docket(), &claims),
            },
            Err(error) => NodeView {
                url: door.url().to_owned(),
                as_of: None,
                differences: vec![format!("it does not answer: {error}")],
            },
        });
    }
    Ok(Report::new(genesis, followed.docket(), nodes))
}

/// What a node claims, all of it after one height.
async fn claims_of(door: &IdxClient) -> Result<Claims, ClientError> {
    let mut claims = read_claims(door).await?;
    for _ in 1..TRIES_MAX {
        if let Some(claims) = claims {
            return Ok(claims);
        }
        claims = read_claims(door).await?;
    }
    claims.ok_or_else(|| ClientError::Decode("its audit trail grows faster than it can be read".to_owned()))
}

/// `None` if the trail grew between two pages.
async fn read_claims(door: &IdxClient) -> Result<Option<Claims>, ClientError> {
    let first = door.audit_trail(None).await?;
    let (as_of, past) = (first.as_of, first.past);
    let (mut trail, mut after) = (first.items, first.next);
    while let Some(cursor) = after {
        let page = door.audit_trail(Some(cursor)).await?;
        if page.as_of != as_of {
            return Ok(None);
        }
        trail.extend(page.items);
        after = page.next;
    }
    let (mut orders, mut after): (_, Option<Hex<_>>) = (Vec::new(), None);
    loop {
        let page = door.court_orders(None, after).await?;
        orders.extend(page.items);
        after = page.next;
        if after.is_none() {
            return Ok(Some(Claims { as_of, past, trail, orders }));
        }
    }
}

/// Writes every height from genesis on, as far as nodes lead, each checked before it is written. Says how
/// many.
///
/// # Errors
/// No node answers, the disk is full, or all lead nowhere but into what does not follow.
pub async fn export(genesis: &SoundGenesis, doors: &Doors, file: impl Write) -> Result<u64, AuditError> {
    let mut followed = Followed::genesis(genesis);
    let mut writer = Writer::new(file, genesis.chain_id())?;
    let (mut silent, mut lie, mut answered) = (None, None, false);
    for door in doors.each() {
        loop {
            let heights = match door.observed_heights(followed.height().next(), BATCH).await {
                Ok(heights) => heights,
                Err(error) => {
                    silent = Some(error);
                    break;
                }
            };
            answered = true;
            let before = followed.height();
            for height in &heights {
                if let Err(source) = followed.take(height) {
                    let (node, height) = (door.url().to_owned(), height.height());
                    lie = Some(AuditError::Lie { node, height, source });
                    break;
                }
                writer.put(height)?;
            }
            if followed.height() == before {
                break;
            }
        }
    }
    writer.finish(followed.height())?;
    match (followed.height(), lie, silent) {
        (Height::GENESIS, Some(lie), _) => Err(lie),
        (_, _, Some(error)) if !answered => Err(error.into()),
        (height, ..) => Ok(height.0),
    }
}
