//! What an audit says.

use crate::docket::{Attempt, Docket, Step, Story};
use idx_client::encoding::{Hex, Time};
use idx_crypto::Hash32;
use idx_genesis::SoundGenesis;
use idx_types::tx::{OrderTarget, Party, PartySought};
use idx_types::{Height, JudgeId, OrderId, TxId};
use serde::Serialize;

/// Every order's whole story, proven up to a height.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
    /// The network.
    pub chain_id: Hex<Hash32>,
    /// Every height from 1 to this one was verified.
    pub height: Height,
    /// Its time.
    pub time: Time,
    /// Every order, in order of approval.
    pub orders: Vec<StoryView>,
    /// What was tried about orders and refused by banks or ledger.
    pub refused: Vec<AttemptView>,
    /// How each node's claims compare; none for a file.
    pub nodes: Vec<NodeView>,
}

/// One order's story.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct StoryView {
    /// The order.
    pub id: Hex<OrderId>,
    /// Who ordered.
    pub judge: JudgeId,
    /// The court's number of the case.
    pub case_number: String,
    /// Why.
    pub reason: String,
    /// Whose identity, in words that name nobody.
    pub target: String,
    /// Whether it froze.
    pub freeze: bool,
    /// When the judge submitted it.
    pub submitted_at: Time,
    /// Its last millisecond.
    pub expires_at: Time,
    /// `active`, `released`, `expired` or `revoked`.
    pub status: &'static str,
    /// What happened.
    pub steps: Vec<StepView>,
}

/// A step of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct StepView {
    /// At which height.
    pub height: Height,
    /// The time of that height.
    pub time: Time,
    /// In words.
    pub what: String,
    /// By which transaction; none if time or governance did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tx: Option<Hex<TxId>>,
}

/// Something refused.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AttemptView {
    /// At which height.
    pub height: Height,
    /// The time of that height.
    pub time: Time,
    /// The kind of the transaction.
    pub kind: &'static str,
    /// The transaction.
    pub tx: Hex<TxId>,
    /// The order that it names.
    pub order: Hex<OrderId>,
    /// The stable code of the reason.
    pub reason: &'static str,
}

/// How a node's claims compare with what is proven.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NodeView {
    /// Which.
    pub url: String,
    /// Its height; none if it did not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Height>,
    /// What it hides, adds or changes.
    pub differences: Vec<String>,
}

impl Report {
    pub(super) fn new(genesis: &SoundGenesis, docket: &Docket, nodes: Vec<NodeView>) -> Self {
        let (height, time) = docket.tip();
        let mut stories: Vec<&Story> = docket.stories().collect();
        stories.sort_by_key(|story| (story.steps.first().map(|step| step.height), story.id));
        Self {
            chain_id: Hex(genesis.chain_id().0),
            height,
            time: time.into(),
            orders: stories.into_iter().map(StoryView::new).collect(),
            refused: docket.attempts().iter().map(AttemptView::new).collect(),
            nodes,
        }
    }

    /// Whether nothing is wrong: nodes that did not answer claim nothing.
    pub fn is_sound(&self) -> bool {
        self.nodes.iter().all(|node| node.as_of.is_none() || node.differences.is_empty())
    }
}

impl StoryView {
    fn new(story: &Story) -> Self {
        let asked = &story.asked;
        Self {
            id: Hex(story.id),
            judge: asked.judge,
            case_number: asked.case_number.clone(),
            reason: asked.reason.clone(),
            target: target(&asked.target),
            freeze: asked.freeze,
            submitted_at: story.created_at.into(),
            expires_at: asked.expires_at.into(),
            status: story.end().map_or("active", |end| end.name()),
            steps: story.steps.iter().map(StepView::new).collect(),
        }
    }
}

fn target(target: &OrderTarget) -> String {
    match target {
        OrderTarget::Party(PartySought { tx, party: Party::Sender, session, .. }) => {
            format!("who sent {tx}, {session}")
        }
        OrderTarget::Party(PartySought { tx, party: Party::Receiver, session, .. }) => {
            format!("who received {tx}, {session}")
        }
        OrderTarget::Session { session, .. } => session.to_string(),
        OrderTarget::Person(person) => format!("a person, by {} banks", person.banks().count()),
    }
}

impl StepView {
    fn new(step: &Step) -> Self {
        let (what, tx) = (step.what.to_string(), step.tx.map(Hex));
        Self { height: step.height, time: step.time.into(), what, tx }
    }
}

impl AttemptView {
    fn new(attempt: &Attempt) -> Self {
        Self {
            height: attempt.height,
            time: attempt.time.into(),
            kind: attempt.kind,
            tx: Hex(attempt.tx),
            order: Hex(attempt.order),
            reason: attempt.reason.code(),
        }
    }
}
