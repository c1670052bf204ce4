//! Following the chain through any of several nodes: what one of them tells is taken only if it follows
//! from genesis by certificates; one that lies or is silent is passed over.

use crate::docket::{Docket, Rules};
use crate::doors::Doors;
use idx_client::ClientError;
use idx_client::verify::{self, Proven, Trusted, VerifyError};
use idx_client::views::TransactionProofView;
use idx_crypto::Ed25519;
use idx_genesis::SoundGenesis;
use idx_light::{FollowError, Follower};
use idx_types::{Height, ObservedHeight, ValidatorSet};

/// Heights asked for at a time.
const BATCH: u32 = 128;

/// A chain that is followed, with the court orders in it.
#[derive(Debug)]
pub struct Followed {
    follower: Follower,
    docket: Docket,
    /// Who ruled from which height on.
    eras: Vec<Era>,
}

/// Heights ruled by the same banks under the same quorum.
#[derive(Clone, Debug)]
struct Era {
    from: Height,
    banks: ValidatorSet,
    quorum: usize,
}

/// Why a transaction is not proven.
#[derive(Debug, thiserror::Error)]
pub enum NotProven {
    /// The height is beyond what was followed.
    #[error("height {0} was not followed yet")]
    Unknown(Height),
    /// A link does not hold.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

impl Followed {
    /// Begins before the first height.
    ///
    /// # Panics
    /// Never: a sound genesis has banks that make a set.
    pub fn genesis(genesis: &SoundGenesis) -> Self {
        let spec = genesis.to_spec();
        let banks = spec.banks.into_iter().map(|bank| bank.bank).collect();
        let banks = ValidatorSet::new(banks).expect("the banks of a sound genesis make a set");
        let follower = Follower::genesis(spec.chain_id, spec.time, banks, spec.params);
        let eras = vec![era(&follower)];
        Self { follower, docket: Docket::default(), eras }
    }

    /// The court orders so far.
    pub const fn docket(&self) -> &Docket {
        &self.docket
    }

    /// The last height followed; 0 before any.
    pub const fn height(&self) -> Height {
        self.follower.checkpoint().height
    }

    /// Takes the next height, if it follows.
    ///
    /// # Errors
    /// [`FollowError`] names the link that broke; nothing has changed.
    pub fn take(&mut self, next: &ObservedHeight) -> Result<(), FollowError> {
        let before = self.follower.checkpoint().clone();
        let facts = self.follower.follow(next, &Ed25519)?;
        self.docket.follow(&facts, Rules { banks: &before.banks, params: &before.params });
        if facts.rules_changed {
            self.eras.push(era(&self.follower));
        }
        Ok(())
    }

    /// Follows as far as any node leads; says how many heights. A node that tells what does not follow is
    /// passed over, and named in the log.
    ///
    /// # Errors
    /// No node answered.
    pub async fn catch_up(&mut self, doors: &Doors) -> Result<u64, ClientError> {
        let (from, mut silent, mut answered) = (self.height(), None, false);
        for door in doors.each() {
            loop {
                let heights = match door.observed_heights(self.height().next(), BATCH).await {
                    Ok(heights) => heights,
                    Err(error) => {
                        tracing::debug!(node = door.url(), %error, "a node does not answer");
                        silent = Some(error);
                        break;
                    }
                };
                answered = true;
                if heights.is_empty() || !self.take_all(&heights, door.url()) {
                    break;
                }
            }
        }
        match silent {
            Some(error) if !answered => Err(error),
            _ => Ok(self.height().0 - from.0),
        }
    }

    /// Whether all of a node's heights follow.
    fn take_all(&mut self, heights: &[ObservedHeight], node: &str) -> bool {
        for height in heights {
            if let Err(error) = self.take(height) {
                tracing::warn!(node, height = height.height().0, %error, "a node tells what does not follow");
                return false;
            }
        }
        true
    }

    /// A transaction of a followed height, from any node's proof: by the banks that ruled that height.
    ///
    /// # Errors
    /// [`NotProven`].
    pub fn prove(&self, proof: &TransactionProofView) -> Result<Proven, NotProven> {
        let height = proof.height;
        let era = self.eras.iter().rev().find(|era| era.from <= height);
        let era = era.filter(|_| height <= self.height()).ok_or(NotProven::Unknown(height))?;
        let chain_id = self.follower.checkpoint().chain_id;
        let trusted = Trusted { chain_id, banks: &era.banks, quorum: era.quorum };
        Ok(verify::transaction(&trusted, proof, &Ed25519)?)
    }
}

fn era(follower: &Follower) -> Era {
    let at = follower.checkpoint();
    let quorum = at.banks.quorums(at.params.agreement_margin).quorum;
    Era { from: at.height.next(), banks: at.banks.clone(), quorum }
}
