//! Who can open identities together, and under which keys identities are sealed.

use crate::encoding::Hex;
use idx_crypto::{Hash32, HpkePublic, PublicKey, UnsoundKey};
use idx_types::{Company, Escrow, Height, NetworkDay, Regulator};
use serde::{Deserialize, Serialize};

/// Regulators and company after a height. Any one regulator and the company open an identity; neither
/// can without the other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EscrowView {
    /// The height after which it stands so.
    pub as_of: Height,
    /// Every identity is sealed to all of them, in this order.
    pub regulators: Vec<RegulatorView>,
    /// The company.
    pub company: CompanyView,
}

/// A regulator.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RegulatorView {
    /// Its name.
    pub name: String,
    /// Verifies what its custodian publishes.
    pub signing_key: Hex<PublicKey>,
    /// Its half of an identity is sealed to this.
    pub hpke_key: Hex<Hash32>,
}

/// The company.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CompanyView {
    /// Verifies what its custodian publishes.
    pub signing_key: Hex<PublicKey>,
    /// Its key of each day, from the day of the height on.
    pub day_keys: Vec<DayKeyView>,
}

/// The company's key of a network day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DayKeyView {
    /// The day, from midnight to midnight UTC.
    pub day: NetworkDay,
    /// Its half of an identity made on the day is sealed to this.
    pub hpke_key: Hex<Hash32>,
}

impl EscrowView {
    /// The view of an escrow with the company's days from `from` on.
    pub fn new(escrow: &Escrow, as_of: Height, from: NetworkDay) -> Self {
        let regulator = |regulator: &Regulator| RegulatorView {
            name: regulator.name.clone(),
            signing_key: Hex(regulator.signing_key),
            hpke_key: hex(&regulator.hpke_key),
        };
        let days = escrow.company.day_keys.range(from..);
        Self {
            as_of,
            regulators: escrow.regulators.iter().map(regulator).collect(),
            company: CompanyView {
                signing_key: Hex(escrow.company.signing_key),
                day_keys: days.map(|(day, key)| DayKeyView { day: *day, hpke_key: hex(key) }).collect(),
            },
        }
    }

    /// The escrow, as far as it is shown: enough to seal identities of the days listed.
    ///
    /// # Errors
    /// [`UnsoundKey`] for a key to which nothing may be sealed.
    pub fn to_escrow(&self) -> Result<Escrow, UnsoundKey> {
        let regulator = |view: &RegulatorView| {
            let (name, signing_key) = (view.name.clone(), view.signing_key.0);
            Ok::<_, UnsoundKey>(Regulator {
                name,
                signing_key,
                hpke_key: HpkePublic::new(view.hpke_key.0.0)?,
            })
        };
        let day = |view: &DayKeyView| Ok::<_, UnsoundKey>((view.day, HpkePublic::new(view.hpke_key.0.0)?));
        Ok(Escrow {
            regulators: self.regulators.iter().map(regulator).collect::<Result<_, _>>()?,
            company: Company {
                signing_key: self.company.signing_key.0,
                day_keys: self.company.day_keys.iter().map(day).collect::<Result<_, _>>()?,
            },
        })
    }
}

const fn hex(key: &HpkePublic) -> Hex<Hash32> {
    Hex(Hash32(*key.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use idx_types::testing::{TEST_DAY, escrow};

    #[test]
    fn what_is_shown_is_the_escrow_from_a_day_on() {
        let view = EscrowView::new(&escrow(), Height(7), TEST_DAY);
        let text = serde_json::to_string(&view).unwrap();
        assert!(text.contains("{\"day\":\"2023-11-14\",\"hpke_key\":\"0x"), "{text}");
        assert_eq!(serde_json::from_str::<EscrowView>(&text).unwrap(), view);
        let mut expected = escrow();
        expected.company.day_keys.retain(|day, _| *day >= TEST_DAY);
        assert_eq!(view.to_escrow(), Ok(expected));
        let last = *escrow().company.day_keys.keys().last().unwrap();
        assert!(EscrowView::new(&escrow(), Height(7), last.next()).company.day_keys.is_empty());
    }

    #[test]
    fn a_key_that_opens_to_all_is_refused() {
        let mut view = EscrowView::new(&escrow(), Height(7), TEST_DAY);
        view.company.day_keys[3].hpke_key = Hex(Hash32::ZERO);
        assert!(matches!(view.to_escrow(), Err(UnsoundKey::SmallOrder { .. })));
    }
}
