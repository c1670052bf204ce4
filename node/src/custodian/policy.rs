//! Which orders a custodian follows without asking anybody: a file for test networks, and for the rules
//! that a custodian has given itself.

use serde::Deserialize;

/// The policy file.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// What happens to cases that no rule names.
    #[serde(default)]
    pub release: Release,
    /// The first rule whose pattern fits the case number decides.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Rule>,
}

/// What happens to some cases.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// A case number, in which `*` stands for any characters.
    pub case: String,
    /// What happens.
    pub release: Release,
}

/// What a custodian does with an order that it has verified.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Release {
    /// It releases its half.
    Always,
    /// It refuses.
    Never,
    /// It asks its operator on the terminal.
    #[default]
    Ask,
}

/// A file that is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0}\n  what to do: write release = \"always\", \"never\" or \"ask\", and [[rule]] tables with case and release"
)]
pub struct PolicyError(String);

impl Policy {
    /// Asks the operator about every order.
    pub const fn ask() -> Self {
        Self { release: Release::Ask, rules: Vec::new() }
    }

    /// Reads a policy file.
    ///
    /// # Errors
    /// [`PolicyError`] with the place of the mistake; unknown keys are mistakes.
    pub fn read(text: &str) -> Result<Self, PolicyError> {
        toml::from_str(text).map_err(|error| PolicyError(error.to_string()))
    }

    /// What happens to a case.
    pub fn of(&self, case: &str) -> Release {
        let rule = self.rules.iter().find(|rule| fits(rule.case.as_bytes(), case.as_bytes()));
        rule.map_or(self.release, |rule| rule.release)
    }

    /// Whether an operator may have to be asked.
    pub fn asks(&self) -> bool {
        self.release == Release::Ask || self.rules.iter().any(|rule| rule.release == Release::Ask)
    }
}

/// Whether a text fits a pattern in which `*` stands for any characters. Steps back only to the last
/// star, so that no pattern takes longer than its length times the text's.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut read, mut star) = (0, 0, None);
    while read < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(byte) if *byte == text[read] => (at, read) = (at + 1, read + 1),
            _ => match star {
                Some((place, from)) => {
                    star = Some((place, from + 1));
                    (at, read) = (place + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_fits_decides() {
        let text = r#"
            release = "never"
            [[rule]]
            case = "CRL 17/2026"
            release = "ask"
            [[rule]]
            case = "CRL */2026"
            release = "always"
        "#;
        let policy = Policy::read(text).unwrap();
        assert!(policy.asks());
        for (case, release) in [
            ("CRL 17/2026", Release::Ask),
            ("CRL 18/2026", Release::Always),
            ("CRL 18/2025", Release::Never),
            ("CRL /2026", Release::Always),
            ("crl 18/2026", Release::Never),
            ("", Release::Never),
        ] {
            assert_eq!(policy.of(case), release, "{case}");
        }
        assert_eq!(Policy::read("").unwrap(), Policy::ask(), "who says nothing is asked");
        assert!(!Policy::read("release = \"always\"").unwrap().asks());
    }

    #[test]
    fn mistakes_are_named() {
        for bad in ["release = \"sometimes\"", "relase = \"always\"", "[[rule]]\ncase = \"x\"", "["] {
            let error = Policy::read(bad).unwrap_err().to_string();
            assert!(error.contains("line 1") && error.contains("what to do"), "{bad}: {error}");
        }
    }

    #[test]
    fn stars_stand_for_anything_and_cost_little() {
        for (pattern, text, holds) in [
            ("*", "", true),
            ("", "a", false),
            ("a*c", "abbbc", true),
            ("a*c", "abcb", false),
            ("*a*a*", "banana", true),
            ("**x", "x", true),
        ] {
            assert_eq!(fits(pattern.as_bytes(), text.as_bytes()), holds, "{pattern} {text}");
        }
        assert!(!fits("*a".repeat(30).as_bytes(), &[b'a'; 29]));
    }
}
