//! What an order still needs before its judge can open anything: banks' answers, and two halves of every
//! envelope. Read from what the ledger tells the public.

use idx_client::views::{BankTag, DeedView, HolderView, OrderTargetView, OrderView};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How far an order has come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Progress {
    /// Banks that were asked about a person and have not answered.
    banks: Vec<BankTag>,
    /// Envelopes that the order covers so far.
    pub envelopes: u64,
    /// Halves that the company released.
    company: u64,
    /// Halves that one regulator released: with several, the one that released most.
    regulator: u64,
    /// Custodians who said no, and why; each for the whole order.
    refusals: Vec<(HolderView, String)>,
}

impl Progress {
    pub(super) fn of(view: &OrderView) -> Self {
        let mut found = match &view.order.target {
            OrderTargetView::Person { banks, .. } => Self::begun(banks.clone(), 0),
            OrderTargetView::Party { .. } | OrderTargetView::Session { .. } => Self::begun(Vec::new(), 1),
        };
        let mut regulators: BTreeMap<u16, u64> = BTreeMap::new();
        for step in &view.steps {
            match &step.deed {
                DeedView::Answered { bank, accounts } => {
                    found.banks.retain(|asked| asked.id != bank.id);
                    found.envelopes += u64::from(*accounts);
                }
                DeedView::Shared { holder: HolderView::Company, .. } => found.company += 1,
                DeedView::Shared { holder: HolderView::Regulator(place), .. } => {
                    *regulators.entry(*place).or_default() += 1;
                }
                DeedView::Refused { holder, why } => found.refusals.push((*holder, why.clone())),
                _ => {}
            }
        }
        found.regulator = regulators.into_values().max().unwrap_or_default();
        found
    }

    const fn begun(banks: Vec<BankTag>, envelopes: u64) -> Self {
        Self { banks, envelopes, company: 0, regulator: 0, refusals: Vec::new() }
    }

    /// Whether every bank has answered and both halves of every envelope are there.
    pub(super) fn is_whole(&self) -> bool {
        self.banks.is_empty() && self.company.min(self.regulator) >= self.envelopes
    }

    /// Whether something can be opened already.
    pub(super) const fn has_some(&self) -> bool {
        self.company > 0 && self.regulator > 0
    }

    /// What is missing, a line each.
    pub(super) fn awaited(&self) -> Value {
        let answers = self.banks.iter().map(|bank| json!({"what": "answer", "from": "bank", "bank": bank}));
        let half = |from: &str, there: u64| {
            let missing = self.envelopes.saturating_sub(there);
            (missing > 0).then(|| json!({"what": "half", "from": from, "missing": missing}))
        };
        let halves = [half("regulator", self.regulator), half("company", self.company)];
        answers.chain(halves.into_iter().flatten()).collect()
    }

    /// Who keeps its half, and why.
    pub(super) fn refused(&self) -> Value {
        self.refusals.iter().map(|(holder, why)| json!({"holder": holder, "why": why})).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use idx_client::encoding::Hex;
    use idx_client::testing::order_view;
    use idx_client::views::{EnvelopeView, OrderStepView};
    use idx_crypto::Hash32;
    use idx_types::{BankId, Height};

    fn bank(id: u16) -> BankTag {
        BankTag { id: BankId(id), code: None }
    }

    fn shared(holder: HolderView) -> DeedView {
        DeedView::Shared { holder, envelope: EnvelopeView::Account }
    }

    fn after(target: OrderTargetView, deeds: Vec<DeedView>) -> Progress {
        let mut view = order_view();
        view.order.target = target;
        view.steps =
            deeds.into_iter().map(|deed| OrderStepView { height: Height(3), tx: None, deed }).collect();
        Progress::of(&view)
    }

    #[test]
    fn an_order_is_whole_when_all_banks_and_both_custodians_have_given() {
        let session = order_view().order.target;
        let person =
            OrderTargetView::Person { person_commitment: Hex(Hash32::ZERO), banks: vec![bank(1), bank(2)] };
        let answered = |id, accounts| DeedView::Answered { bank: bank(id), accounts };
        let [company, rbi, second] =
            [HolderView::Company, HolderView::Regulator(0), HolderView::Regulator(1)].map(shared);
        let half = |from: &str, missing| json!({"what": "half", "from": from, "missing": missing});
        let asked = |id| json!({"what": "answer", "from": "bank", "bank": bank(id)});
        let table = [
            (session.clone(), vec![], json!([half("regulator", 1), half("company", 1)])),
            (session.clone(), vec![rbi.clone()], json!([half("company", 1)])),
            (session.clone(), vec![company.clone()], json!([half("regulator", 1)])),
            (session, vec![company.clone(), rbi.clone()], json!([])),
            (person.clone(), vec![], json!([asked(1), asked(2)])),
            (
                person.clone(),
                vec![answered(2, 2), company.clone(), rbi.clone()],
                json!([asked(1), half("regulator", 1), half("company", 1)]),
            ),
            (
                person.clone(),
                vec![answered(1, 0), answered(2, 2), company.clone(), rbi.clone(), second, company.clone()],
                json!([half("regulator", 1)]),
            ),
            (person.clone(), vec![answered(1, 0), answered(2, 1), company, rbi], json!([])),
            (person, vec![answered(1, 0), answered(2, 0)], json!([])),
        ];
        for (number, (target, deeds, missing)) in table.into_iter().enumerate() {
            let progress = after(target, deeds);
            assert_eq!(progress.awaited(), missing, "line {number}");
            assert_eq!(progress.is_whole(), missing == json!([]), "line {number}");
        }
    }

    #[test]
    fn a_refusal_is_named() {
        let no = DeedView::Refused { holder: HolderView::Company, why: "declined".to_owned() };
        let progress = after(order_view().order.target, vec![no]);
        assert_eq!(progress.refused(), json!([{"holder": "company", "why": "declined"}]));
        assert!(!progress.is_whole() && !progress.has_some());
    }
}
