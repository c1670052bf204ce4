//! What reaches the mind. Everything from outside has passed the [`crate::Gate`].

use crate::effect::TimerId;
use crate::journal::JournalEntry;
use crate::rules::Past;
use idx_types::wire::{Announcement, CertifiedHeight, Gossip, Response, Status};
use idx_types::{
    Candidate, EpochKey, ForkProof, Height, NetworkKey, PreparedTx, PublicHash, PublicHeader, SignedHeader,
    SignedProposal, SignedVerdicts, SignedVote, Transaction, TxHash, Verified,
};

/// Names a request of ours, so that its answer finds home.
pub type RequestId = u64;

/// One thing that happened.
#[derive(Debug)]
pub enum Input {
    /// The node starts; sent once, first.
    Start(Start),
    /// A local client submits a transaction; answered by `Effect::Answer` with the token.
    Submit(u64, PreparedTx),
    /// Peers' transactions.
    Transactions(Vec<PreparedTx>),
    /// A peer's mined block.
    Announcement(Verified<Announcement>),
    /// A bank's verdicts.
    Verdicts(Verified<SignedVerdicts>),
    /// A proposal with its candidate.
    Proposal(Box<CheckedProposal>),
    /// A vote.
    Vote(Verified<SignedVote>),
    /// The proof of a fork; both its certificates were checked.
    Fork(Box<Verified<ForkProof>>),
    /// A message of a later height, not checked yet.
    Future(NetworkKey, Height, Gossip),
    /// A peer asks for transactions of a mined block; answered by `Effect::Respond` with the ticket.
    TransactionsWanted(u64, PublicHash, Vec<TxHash>),
    /// A peer tells where it stands.
    Status(NetworkKey, Status),
    /// The answer to a request of ours.
    Response(NetworkKey, RequestId, CheckedResponse),
    /// A request of ours came to nothing.
    RequestFailed(NetworkKey, RequestId),
    /// The nonce is found, after so many milliseconds.
    Mined(Box<PublicHeader>, u32),
    /// What we asked to sign, signed.
    Signed(OwnMessage),
    /// A key of the private chain that was asked for, of fresh random bytes.
    KeyDrawn(EpochKey),
    /// A final height is stored.
    Committed(Height),
    /// A timer ran out.
    Timer(TimerId),
}

/// How the node starts.
#[derive(Debug, Default)]
pub struct Start {
    /// What the journal of signed history holds, oldest first.
    pub journal: Vec<JournalEntry>,
    /// Height of that journal; nothing below it may be signed again.
    pub journal_height: Height,
    /// The journal was lost: sign nothing until past every height that could have been signed.
    pub history_lost: bool,
    /// The last stored heights, oldest first, at most [`crate::PAST_MAX`]; what is left out makes the node
    /// blind for a fork that happened there.
    pub past: Vec<Past>,
}

/// A message this bank signed.
#[derive(Debug, Clone)]
pub enum OwnMessage {
    /// A mined header.
    Header(Box<SignedHeader>),
    /// Verdicts.
    Verdicts(SignedVerdicts),
    /// A proposal.
    Proposal(SignedProposal),
    /// A vote.
    Vote(SignedVote),
    /// A transaction.
    Transaction(Box<Transaction>),
}

/// A proposal whose every signature was checked: the proposer's, the miner's, and those of the
/// approval certificate; and whose candidate and transactions' root are the ones that were signed.
#[derive(Debug, Clone)]
pub struct CheckedProposal {
    /// Signed by the bank it names.
    pub proposal: Verified<SignedProposal>,
    /// Hashes to the proposal's value.
    pub candidate: Candidate,
    /// The mined block that the candidate settles.
    pub announcement: Verified<Announcement>,
}

/// An answer with its transactions verified.
#[derive(Debug)]
pub enum CheckedResponse {
    /// Transactions of a mined block.
    Transactions(PublicHash, Vec<PreparedTx>),
    /// Heights; certificates are checked when applied, since each height may change the banks.
    Heights(Vec<PreparedHeight>),
    /// Where the peer stands.
    Status(Status),
    /// What no mind asks for; as good as no answer.
    Useless,
}

/// A height from a peer with its transactions verified.
#[derive(Debug)]
pub struct PreparedHeight {
    /// As received.
    pub certified: CertifiedHeight,
    /// Its transactions, in block order.
    pub transactions: Vec<PreparedTx>,
}

impl CheckedResponse {
    /// Works out names and signatures of the transactions in a response; the costly part of
    /// catching up, done outside the mind.
    pub fn check(response: Response, verifier: &dyn idx_crypto::Verifier) -> Self {
        let prepare = |tx: &Transaction| PreparedTx::verify(tx.clone(), verifier);
        match response {
            Response::Transactions { block, transactions } => {
                // One without what banks must see is as good as none.
                let whole = transactions.iter().filter(|tx| tx.body.kind.is_open());
                Self::Transactions(block, whole.map(prepare).collect())
            }
            Response::Heights(heights) => Self::Heights(
                heights
                    .into_iter()
                    .map(|certified| PreparedHeight {
                        transactions: certified.public.transactions.iter().map(prepare).collect(),
                        certified,
                    })
                    .collect(),
            ),
            Response::Status(status) => Self::Status(status),
            Response::Observed(_) | Response::Balances(_) => Self::Useless,
        }
    }
}
