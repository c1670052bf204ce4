//! The id of a statement: what it is of, sealed, so that nothing is kept and nobody reads or makes one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_bank::Secret32;
use idx_bank::statement::Format;
use idx_crypto::{Hash32, open_deterministic, seal_deterministic};
use idx_types::{AccountHandle, Height, NetworkDay, TimestampMs};

const DOMAIN: &str = "idx/statement/ticket/1";

/// What a statement is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(super) struct Ticket {
    /// Of which account.
    pub account: AccountHandle,
    /// Of which days.
    pub days: (NetworkDay, NetworkDay),
    /// In which format.
    pub format: Format,
    /// Of what was final then.
    pub as_of: Height,
    /// Until when it can be fetched.
    pub expires: TimestampMs,
    /// SHA-256 of the document.
    pub content: Hash32,
}

impl Ticket {
    /// Its text: about 200 characters that a path can hold.
    pub fn to_text(self, secret: &Secret32) -> String {
        let plain = borsh::to_vec(&self).expect("writing borsh to memory cannot fail");
        URL_SAFE_NO_PAD.encode(seal_deterministic(secret.expose(), DOMAIN, &[], &plain))
    }

    /// The ticket of a text, if this bank made it.
    pub fn read(text: &str, secret: &Secret32) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let plain = open_deterministic(secret.expose(), DOMAIN, &[], &sealed).ok()?;
        borsh::from_slice(&plain).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_maker_reads_a_ticket_and_no_character_can_change() {
        let (mine, other) = (Secret32::from([1; 32]), Secret32::from([2; 32]));
        let ticket = Ticket {
            account: AccountHandle([3; 32]),
            days: (NetworkDay(1), NetworkDay(2)),
            format: Format::Pdf,
            as_of: Height(4),
            expires: TimestampMs(5),
            content: Hash32([6; 32]),
        };
        let text = ticket.to_text(&mine);
        assert_eq!(Ticket::read(&text, &mine), Some(ticket));
        assert_eq!(Ticket::read(&text, &other), None);
        for place in 0..text.len() {
            let mut altered = text.clone().into_bytes();
            altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(Ticket::read(std::str::from_utf8(&altered).unwrap(), &mine), None, "{place}");
        }
        assert_eq!(Ticket::read("", &mine), None);
    }
}
