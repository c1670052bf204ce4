//! `A,B|C,D,E,F`: the sides of a partition, as an operator writes them.

use super::super::layout::BANKS;
use super::ways::{Links, Mode};

/// Why a partition makes no sense.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum GroupsError {
    /// No such bank.
    #[error("{code:?} is none of the banks: {}", BANKS.join(", "))]
    UnknownBank {
        /// What was written.
        code: String,
    },
    /// On two sides, or twice on one.
    #[error(
        "{bank} is named twice\n  what to do: name each bank once; banks not named form a side of their own"
    )]
    BankTwice {
        /// The bank.
        bank: &'static str,
    },
    /// A side without a bank.
    #[error(
        "{text:?} has a side without a bank\n  what to do: write sides of one or more banks, such as HDFC,SBI|AXIS,YES"
    )]
    EmptySide {
        /// What was written.
        text: String,
    },
    /// Everybody is on one side.
    #[error(
        "{text:?} cuts nothing: all banks are on one side\n  what to do: write two sides or more, such as HDFC,SBI|AXIS,YES, or leave some banks out"
    )]
    OneSide {
        /// What was written.
        text: String,
    },
}

/// The side of each bank, by its place in [`BANKS`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Groups([usize; BANKS.len()]);

/// The side of the banks that nobody named.
const REST: usize = 0;

impl Groups {
    /// Reads sides separated by `|`, their banks separated by commas, in any case of letters. Banks that
    /// are not named form one more side.
    ///
    /// # Errors
    /// [`GroupsError`].
    pub fn read(text: &str) -> Result<Self, GroupsError> {
        let mut sides = [REST; BANKS.len()];
        for (side, codes) in text.split('|').enumerate() {
            for code in codes.split(',').map(str::trim) {
                let bank = place_of(code, text)?;
                if sides[bank] != REST {
                    return Err(GroupsError::BankTwice { bank: BANKS[bank] });
                }
                sides[bank] = side + 1;
            }
        }
        match sides.iter().all(|side| *side == sides[0]) {
            true => Err(GroupsError::OneSide { text: text.to_owned() }),
            false => Ok(Self(sides)),
        }
    }

    /// Cuts the links between sides, both ways, and opens those within; delays stay as they are.
    pub fn cut(&self, links: &mut Links) {
        links.change_all(|from, to| self.0[from] == self.0[to], |way| way.mode = Mode::Pass);
        links.change_all(|from, to| self.0[from] != self.0[to], |way| way.mode = Mode::Hold);
    }
}

/// The place of a bank.
fn place_of(code: &str, text: &str) -> Result<usize, GroupsError> {
    if code.is_empty() {
        return Err(GroupsError::EmptySide { text: text.to_owned() });
    }
    place(code).ok_or_else(|| GroupsError::UnknownBank { code: code.to_owned() })
}

/// The place of a bank in [`BANKS`], in any case of letters.
pub(super) fn place(code: &str) -> Option<usize> {
    BANKS.iter().position(|bank| bank.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_read_and_banks_not_named_form_the_rest() {
        for (text, sides) in [
            ("HDFC,ICICI|SBI,AXIS,KOTAK,YES", [1, 1, 2, 2, 2, 2]),
            ("hdfc , yes", [1, 0, 0, 0, 0, 1]),
            ("HDFC|ICICI|SBI", [1, 2, 3, 0, 0, 0]),
        ] {
            assert_eq!(Groups::read(text), Ok(Groups(sides)), "{text}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_a_remedy() {
        for (text, says) in [
            ("HDFC,CITI", "\"CITI\" is none of the banks: HDFC, ICICI"),
            ("HDFC,SBI|sbi", "SBI is named twice"),
            ("HDFC,HDFC", "HDFC is named twice"),
            ("HDFC|", "a side without a bank"),
            ("", "a side without a bank"),
            ("HDFC,ICICI,SBI,AXIS,KOTAK,YES", "cuts nothing"),
        ] {
            let error = Groups::read(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn a_cut_replaces_the_one_before_and_leaves_delays() {
        let mut links = Links::default();
        links.change(0, 1, |way| way.delay_ms = 7);
        Groups::read("HDFC|ICICI,SBI").unwrap().cut(&mut links);
        Groups::read("HDFC,ICICI").unwrap().cut(&mut links);
        assert_eq!((links.way(0, 1).mode, links.way(0, 1).delay_ms), (Mode::Pass, 7));
        assert_eq!((links.way(0, 2).mode, links.way(2, 0).mode), (Mode::Hold, Mode::Hold));
        assert_eq!(links.way(3, 3).mode, Mode::Pass);
        let trouble = links.trouble_of(0).unwrap();
        assert_eq!(trouble, "cut from SBI, AXIS, KOTAK, YES; slow to ICICI");
    }
}
