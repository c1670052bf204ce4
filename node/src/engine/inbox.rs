//! The ways into the mind's thread: votes before transactions, so that a flood of payments never
//! holds up agreement.

use crossbeam_channel::{Receiver, Sender, bounded};
use idx_replica::{Input, Replica};
use idx_types::{Reason, TxId};
use tokio::sync::oneshot;

/// Messages of the agreement that may wait; beyond it the network task waits.
pub const CONSENSUS_MAX: usize = 4_096;

/// Batches of transactions and submissions that may wait; beyond it they are refused.
pub const WORK_MAX: usize = 1_024;

/// Questions that may wait.
pub const QUERIES_MAX: usize = 256;

/// A look at the mind, made between two of its steps.
pub type Query = Box<dyn FnOnce(&Replica) + Send>;

/// A local client's transaction with the place for its answer.
pub struct Submission {
    /// Verified outside.
    pub tx: idx_types::PreparedTx,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Result<TxId, Reason>>,
}

/// Something for the mind that can wait.
pub enum Work {
    /// An input.
    Input(Input),
    /// A local submission.
    Submit(Submission),
}

/// The sending ends; cheap to clone.
#[derive(Clone)]
pub struct InboxSender {
    /// Agreement first.
    pub consensus: Sender<Input>,
    /// Then transactions.
    pub work: Sender<Work>,
    /// Questions in between.
    pub queries: Sender<Query>,
}

/// The receiving ends, held by the mind's thread.
pub struct Inbox {
    /// Agreement first.
    pub consensus: Receiver<Input>,
    /// Then transactions.
    pub work: Receiver<Work>,
    /// Questions in between.
    pub queries: Receiver<Query>,
}

/// A new inbox.
pub fn inbox() -> (InboxSender, Inbox) {
    let (consensus, consensus_out) = bounded(CONSENSUS_MAX);
    let (work, work_out) = bounded(WORK_MAX);
    let (queries, queries_out) = bounded(QUERIES_MAX);
    let sender = InboxSender { consensus, work, queries };
    (sender, Inbox { consensus: consensus_out, work: work_out, queries: queries_out })
}

/// The mind's thread is gone or has no room: the node stops or is overloaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the node is stopping or overloaded")]
pub struct Busy;

impl InboxSender {
    /// Asks the mind something and waits for the answer; never called on a runtime's own threads.
    ///
    /// # Errors
    /// [`Busy`] if too many questions wait or the node stops.
    pub fn ask_blocking<T, F>(&self, question: F) -> Result<T, Busy>
    where
        T: Send + 'static,
        F: FnOnce(&Replica) -> T + Send + 'static,
    {
        let (answer, answered) = bounded(1);
        let query: Query = Box::new(move |replica| drop(answer.send(question(replica))));
        self.queries.try_send(query).map_err(|_| Busy)?;
        answered.recv().map_err(|_| Busy)
    }

    /// Hands in a verified transaction and waits for the door's answer.
    ///
    /// # Errors
    /// The reason of the refusal; [`Reason::NodeBusy`] if there is no room.
    pub async fn submit(&self, tx: idx_types::PreparedTx) -> Result<TxId, Reason> {
        let (answer, answered) = oneshot::channel();
        let submission = Work::Submit(Submission { tx, answer });
        self.work.try_send(submission).map_err(|_| Reason::NodeBusy)?;
        answered.await.map_err(|_| Reason::NodeBusy)?
    }
}
