//! Asking the person at the terminal.

use crate::docket::Story;
use idx_client::encoding::Time;
use idx_types::tx::OrderTarget;
use std::io::{self, IsTerminal, Write};

/// The person at the terminal, if there is one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operator;

impl Operator {
    /// Asks about an order; `None` if nobody is there, or the line was neither yes nor no.
    pub async fn ask(self, story: &Story) -> Option<bool> {
        if !io::stdin().is_terminal() {
            tracing::warn!(order = %story.id, "an operator must decide: run the custodian on a terminal");
            return None;
        }
        let question = question(story);
        tokio::task::spawn_blocking(move || read_answer(&question)).await.ok()?
    }
}

fn question(story: &Story) -> String {
    let asked = &story.asked;
    let target = match &asked.target {
        OrderTarget::Party(party) => format!("the {:?} of {}", party.party, party.tx),
        OrderTarget::Session { session, .. } => session.to_string(),
        OrderTarget::Person(_) => "a person".to_owned(),
    };
    format!(
        "\nCourt order {}\n  {}  case {}  until {}\n  reason: {}\n  target: {target}\nVerified against certified blocks. Release your half? [yes/no] ",
        story.id,
        asked.judge,
        asked.case_number,
        Time(asked.expires_at),
        asked.reason,
    )
}

fn read_answer(question: &str) -> Option<bool> {
    let mut out = io::stdout().lock();
    out.write_all(question.as_bytes()).and_then(|()| out.flush()).ok()?;
    let mut line = String::new();
    io::stdin().read_line(&mut line).ok()?;
    answer(&line)
}

/// Only a whole word counts: a slip of a finger releases nothing and refuses nothing.
fn answer(line: &str) -> Option<bool> {
    match line.trim() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_words_decide() {
        for (line, said) in
            [("yes\n", Some(true)), ("no\r\n", Some(false)), ("y\n", None), ("", None), ("yes no\n", None)]
        {
            assert_eq!(answer(line), said, "{line:?}");
        }
    }
}
