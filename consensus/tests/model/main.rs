//! The model check: agreement and approval, searched exhaustively within bounds, and compared with the
//! production code.
//!
//! ```text
//!  rules, bank ---- system ---- search ----> sizes: every state, no claim broken
//!  (the model)      (claims)                 bugs: each planted mistake breaks one
//!       |            calm: recovery          forks: too many liars, what is left behind
//!       |
//!       +---- joint ---- verdicts, rule ---> approvals: every certificate, as document 3.4 says
//!       |     (a value is a certificate)
//!       |
//!       +---- drive -----> production        drives: each step of the model is one of production
//!       +<--- watch ------ (rig)             watch: each step of production is one of the model
//! ```
//!
//! The claims: no two values can be decided; what is decided breaks no rule; no honest bank signs two
//! votes in one place; from every state there is a way to a decision once all goes well; what is
//! decided keeps the promises of approval. Bounds and figures are in `docs/proof.md`.

mod approvals;
mod bank;
mod bugs;
mod calm;
mod drive;
mod drives;
mod forks;
mod joint;
mod merge;
mod rig;
mod rule;
mod rules;
mod search;
mod sizes;
mod system;
mod verdicts;
mod watch;
