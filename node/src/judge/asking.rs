//! What a judge signs: an order, and its end.

use super::{JudgeError, TargetWish};
use idx_client::views::OrderTargetView;
use idx_crypto::HpkePublic;
use idx_types::tx::{CourtOrder, ORDER_LIFE_MS_MAX, OrderTarget, ReleaseOrder};
use idx_types::{BankId, JudgeId, OrderId, TimestampMs, TxKind};

/// What a judge asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wish {
    /// Whose identity.
    pub target: TargetWish,
    /// Whether the target's accounts stand still meanwhile.
    pub freeze: bool,
    /// How long the order lives, milliseconds; at most 24 hours.
    pub life_ms: u64,
    /// The court's number of the case.
    pub case_number: String,
    /// Why; public, so it names nobody.
    pub reason: String,
}

/// The order of a judge.
///
/// # Errors
/// [`JudgeError::Unsound`] for a life or texts out of bounds: nothing is signed.
pub fn court_order(
    judge: JudgeId,
    target: OrderTarget,
    wish: &Wish,
    answer_key: HpkePublic,
    now: TimestampMs,
) -> Result<TxKind, JudgeError> {
    if !(1..=ORDER_LIFE_MS_MAX).contains(&wish.life_ms) {
        return Err(JudgeError::Unsound("an order lives at least a moment and at most 24 hours"));
    }
    let order = CourtOrder {
        judge,
        case_number: wish.case_number.clone(),
        reason: wish.reason.clone(),
        target,
        freeze: wish.freeze,
        expires_at: now.plus(wish.life_ms),
        answer_key,
    };
    if !order.is_sound() {
        let what = "case number and reason are 1 to 64 and 1 to 256 printable ASCII characters, and an order asks 1 to 8 banks";
        return Err(JudgeError::Unsound(what));
    }
    Ok(TxKind::CourtOrder(Box::new(order)))
}

/// The end of an order before its time.
pub fn release_order(judge: JudgeId, order: OrderId, target: &OrderTargetView) -> TxKind {
    let banks: Vec<BankId> = match target {
        OrderTargetView::Party { bank, .. } | OrderTargetView::Session { bank, .. } => vec![bank.id],
        OrderTargetView::Person { banks, .. } => banks.iter().map(|bank| bank.id).collect(),
    };
    TxKind::ReleaseOrder(ReleaseOrder { judge, order, banks: banks.into_iter().collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use idx_types::SessionId;
    use idx_types::testing::hpke_secret;

    fn asked(change: impl FnOnce(&mut Wish)) -> Result<TxKind, JudgeError> {
        let session = SessionId([1; 32]);
        let mut wish = Wish {
            target: TargetWish::Session(session),
            freeze: true,
            life_ms: ORDER_LIFE_MS_MAX,
            case_number: "CRL 17/2026".to_owned(),
            reason: "tracing of proceeds".to_owned(),
        };
        change(&mut wish);
        let target = OrderTarget::Session { session, bank: BankId(2) };
        court_order(JudgeId(1), target, &wish, hpke_secret(1).public(), TimestampMs(1_000))
    }

    #[test]
    fn an_order_says_what_was_asked_and_lives_no_longer() {
        let Ok(TxKind::CourtOrder(order)) = asked(|_| {}) else { panic!("a sound wish") };
        assert_eq!(order.expires_at, TimestampMs(1_000 + ORDER_LIFE_MS_MAX));
        assert_eq!((order.freeze, order.case_number.as_str()), (true, "CRL 17/2026"));
        for (what, change) in [
            ("too long", (|wish| wish.life_ms = ORDER_LIFE_MS_MAX + 1) as fn(&mut Wish)),
            ("no life", |wish| wish.life_ms = 0),
            ("no case", |wish| wish.case_number.clear()),
            ("a reason of two lines", |wish| wish.reason = "a\nb".to_owned()),
        ] {
            assert!(matches!(asked(change), Err(JudgeError::Unsound(_))), "{what}");
        }
    }
}
