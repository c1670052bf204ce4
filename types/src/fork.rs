//! The proof that the chain has forked: words of two quorums that cannot both be true, for anybody who
//! knows the banks of the heights they speak of.
//!
//! ```text
//!   two certificates of one height         or    the next height, on another parent
//!
//!     one:   height 7, value A                     one:    height 7, value A
//!     other: height 7, value B                     other:  height 8, value C
//!                                                  child:  header of C, its parent is not A
//! ```

use crate::block::PrivateHeader;
use crate::ids::{BankId, ChainId, Height};
use crate::vote::CommitCertificate;
use borsh::{BorshDeserialize, BorshSerialize};

/// Two certificates that cannot both be of one chain. What they are worth is for
/// [`CommitCertificate::check`] to say, under the rules of the height of each.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct ForkProof {
    /// Of the height at which the chain forked.
    pub one: CommitCertificate,
    /// Of the same height with another value, or of the height after it.
    pub other: CommitCertificate,
    /// What `other` certifies, if it is of the height after: its parent is not the value of `one`. A bank
    /// votes for such a block only if it holds another certificate of the height of `one`.
    pub child: Option<Box<PrivateHeader>>,
}

impl ForkProof {
    /// The height at which the chain forked.
    pub const fn height(&self) -> Height {
        self.one.height
    }

    /// The last height whose banks must be known to check it.
    pub const fn last_height(&self) -> Height {
        self.other.height
    }

    /// Whether the two certificates contradict each other on this network. Signatures are not looked at.
    pub fn contradicts(&self, chain_id: ChainId) -> bool {
        let (one, other) = (&self.one, &self.other);
        match &self.child {
            None => one.height == other.height && one.value != other.value,
            Some(child) => {
                child.chain_id == chain_id
                    && one.height.next() == other.height
                    && child.height == other.height
                    && child.hash() == other.value
                    && child.parent_private != one.value
            }
        }
    }

    /// The banks that signed both certificates.
    pub fn signers(&self) -> Vec<BankId> {
        let signed_other = |bank: &BankId| self.other.signatures.iter().any(|(signer, _)| signer == bank);
        self.one.signatures.iter().map(|(bank, _)| *bank).filter(signed_other).collect()
    }
}
