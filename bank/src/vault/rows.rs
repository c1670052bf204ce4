//! The records of the vault. Their keys are built from digests and, where order matters, from days,
//! months and times; see the head of [`crate::vault`].

mod consents;
mod factors;
mod history;
mod intents;
mod logins;
mod memos;
mod news;
mod people;
mod repeats;
mod risk;
mod sessions;
mod travel;

pub use consents::Consented;
pub use factors::SecondFactor;
pub(super) use history::{HISTORY_ROW, HistoryBuilt};
pub use history::{HistoryLine, Instruction};
pub use intents::{Deadline, Hold, HoldTotal, Incoming, Outgoing, Side, Status};
pub use logins::{Holder, Login, LoginId, Office, token_secret};
pub use memos::SentMemo;
pub(super) use news::NewsHead;
pub use news::{Matter, NEWS_PER_CUSTOMER_MAX, News, Turn};
pub use people::{BankAccount, Contact, Credential, Customer, PasswordHash};
pub use repeats::{Mark, Repeat};
pub use risk::{Clearing, Flag, FlagId, Flagged, Pace};
pub use sessions::OpenedSession;
pub(super) use sessions::{IndexSecret, Lookup, MonthSecret};
pub use travel::{Journey, Leg, TravelEnd};
