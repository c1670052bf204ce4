//! What a transaction conceals, apart from the rest: hidden for the public, collected for the private
//! block, put back by a bank that reads one.

use super::kind::TxKind;
use super::order::OrderIdentity;
use super::travel::Closing;
use crate::concealed::{Concealed, NotShown};
use crate::ids::{AccountHandle, ReceiverTag};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::Envelope;
use std::collections::BTreeSet;

/// The concealed values of a transaction; at most one of each.
#[derive(Clone, PartialEq, Eq, Debug, Default, BorshSerialize, BorshDeserialize)]
pub struct Openings {
    /// The account it names.
    pub account: Option<Concealed<AccountHandle>>,
    /// The accounts of a person, in answer to an order.
    pub accounts: Option<Concealed<BTreeSet<AccountHandle>>>,
    /// Whose it is, sealed.
    pub identity: Option<Concealed<Envelope>>,
    /// For whom it is.
    pub tag: Option<Concealed<ReceiverTag>>,
}

/// Where a kind keeps its concealed values.
#[derive(Default)]
struct Places<'a> {
    account: Option<&'a mut Concealed<AccountHandle>>,
    accounts: Option<&'a mut Concealed<BTreeSet<AccountHandle>>>,
    identity: Option<&'a mut Concealed<Envelope>>,
    tag: Option<&'a mut Concealed<ReceiverTag>>,
}

fn places(kind: &mut TxKind) -> Places<'_> {
    let none = Places::default();
    match kind {
        TxKind::OpenAccount(tx) => {
            Places { account: Some(&mut tx.handle), identity: Some(&mut tx.identity), ..none }
        }
        TxKind::OpenSession(tx) => {
            Places { account: Some(&mut tx.handle), identity: Some(&mut tx.identity), ..none }
        }
        TxKind::CloseAccount(tx) | TxKind::Unfreeze(tx) => Places { account: Some(&mut tx.handle), ..none },
        TxKind::Deposit(tx) | TxKind::Withdraw(tx) => Places { account: Some(&mut tx.handle), ..none },
        TxKind::Freeze(tx) => Places { account: Some(&mut tx.handle), ..none },
        TxKind::Transfer(tx) => Places { tag: Some(&mut tx.tag), ..none },
        TxKind::AnswerOrder(tx) => Places { accounts: Some(&mut tx.accounts), ..none },
        TxKind::OrderShare(tx) => Places { account: account_of(&mut tx.identity), ..none },
        TxKind::ConfirmOpening(tx) => Places { account: account_of(&mut tx.identity), ..none },
        TxKind::Propose(_) | TxKind::Ballot(_) | TxKind::Evidence(_) | TxKind::AnnounceKeys(_) => none,
        TxKind::CourtOrder(_) | TxKind::ReleaseOrder(_) | TxKind::RefuseOrder(_) => none,
        TxKind::RotateChainKey(_) | TxKind::ForexRate(_) => none,
        TxKind::OpenTravel(tx) => {
            Places { account: Some(&mut tx.handle), identity: Some(&mut tx.identity), ..none }
        }
        TxKind::CloseTravel(tx) => Places { account: closing_account(&mut tx.closing), ..none },
    }
}

/// The account that its home bank closes; a session is public.
const fn closing_account(closing: &mut Closing) -> Option<&mut Concealed<AccountHandle>> {
    match closing {
        Closing::Expired(handle) => Some(handle),
        Closing::Session(_) => None,
    }
}

/// The account of an identity; a session is public.
const fn account_of(identity: &mut OrderIdentity) -> Option<&mut Concealed<AccountHandle>> {
    match identity {
        OrderIdentity::Account(handle) => Some(handle),
        OrderIdentity::Session(_) => None,
    }
}

/// Whether a kind conceals nothing, whatever is in it: found without a copy.
const fn is_all_public(kind: &TxKind) -> bool {
    matches!(
        kind,
        TxKind::Propose(_)
            | TxKind::Ballot(_)
            | TxKind::Evidence(_)
            | TxKind::CourtOrder(_)
            | TxKind::ReleaseOrder(_)
            | TxKind::RefuseOrder(_)
            | TxKind::AnnounceKeys(_)
            | TxKind::RotateChainKey(_)
            | TxKind::ForexRate(_)
    )
}

fn hide<T: BorshSerialize>(place: Option<&mut Concealed<T>>) {
    if let Some(place) = place {
        *place = place.hidden();
    }
}

fn put_back<T: BorshSerialize>(
    place: Option<&mut Concealed<T>>,
    opening: Option<Concealed<T>>,
) -> Result<(), NotShown> {
    match (place, opening) {
        (Some(place), Some(opening)) if place.commitment() == opening.commitment() => {
            *place = opening;
            Ok(())
        }
        (None, None) => Ok(()),
        _ => Err(NotShown),
    }
}

impl TxKind {
    /// The kind with every concealed value hidden; `None` if it has none.
    pub(super) fn hidden(&self) -> Option<Self> {
        if is_all_public(self) {
            return None;
        }
        let mut hidden = self.clone();
        let places = places(&mut hidden);
        hide(places.account);
        hide(places.accounts);
        hide(places.identity);
        hide(places.tag);
        Some(hidden)
    }

    /// Whether it conceals nothing, whatever is in it.
    pub const fn is_all_public(&self) -> bool {
        is_all_public(self)
    }

    /// Its concealed values as they are here, shown or hidden.
    pub fn openings(&self) -> Openings {
        let mut copy = self.clone();
        let places = places(&mut copy);
        Openings {
            account: places.account.cloned(),
            accounts: places.accounts.cloned(),
            identity: places.identity.cloned(),
            tag: places.tag.cloned(),
        }
    }

    /// Puts concealed values back in their places.
    ///
    /// # Errors
    /// [`NotShown`] if there are other values than the kind conceals, or a commitment differs.
    pub fn open_with(&mut self, openings: Openings) -> Result<(), NotShown> {
        let places = places(self);
        put_back(places.account, openings.account)?;
        put_back(places.accounts, openings.accounts)?;
        put_back(places.identity, openings.identity)?;
        put_back(places.tag, openings.tag)
    }

    /// Whether every concealed value is here, as banks need it.
    pub fn is_open(&self) -> bool {
        fn open<T>(part: Option<&Concealed<T>>) -> bool {
            part.is_none_or(|part| matches!(part, Concealed::Open { .. }))
        }
        match self {
            Self::OpenAccount(tx) => open(Some(&tx.handle)) && open(Some(&tx.identity)),
            Self::OpenSession(tx) => open(Some(&tx.handle)) && open(Some(&tx.identity)),
            Self::CloseAccount(tx) | Self::Unfreeze(tx) => open(Some(&tx.handle)),
            Self::Deposit(tx) | Self::Withdraw(tx) => open(Some(&tx.handle)),
            Self::Freeze(tx) => open(Some(&tx.handle)),
            Self::Transfer(tx) => open(Some(&tx.tag)),
            Self::AnswerOrder(tx) => open(Some(&tx.accounts)),
            Self::OrderShare(tx) => tx.identity.is_open(),
            Self::ConfirmOpening(tx) => tx.identity.is_open(),
            Self::OpenTravel(tx) => open(Some(&tx.handle)) && open(Some(&tx.identity)),
            Self::CloseTravel(tx) => match &tx.closing {
                Closing::Expired(handle) => open(Some(handle)),
                Closing::Session(_) => true,
            },
            other => is_all_public(other),
        }
    }
}

impl Openings {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{BankId, SessionId, TimestampMs};
    use crate::money::{Currency, Paise};
    use crate::testing::{
        account_ref, cash, close_travel, concealed, court_order, forex_rate, key, open_account, open_session,
        open_travel, transfer,
    };
    use crate::tx::{AnswerOrder, Ballot, ConfirmOpening, Freeze, OrderTarget};
    use crate::{FreezeState, JudgeId, OrderId, TxId};
    use idx_crypto::{Hash32, HpkeSealed, Signer};

    fn kinds() -> Vec<TxKind> {
        let (bank, handle, session) = (BankId(1), AccountHandle([7; 32]), SessionId([8; 32]));
        let order = OrderId([3; 32]);
        let freeze = Freeze { bank, handle: concealed(handle), cause: FreezeState::ByBank(1) };
        let sealed = HpkeSealed { encapsulated: [1; 32], sealed: vec![2; 48] };
        let accounts = concealed([handle].into());
        let opened =
            |identity| TxKind::ConfirmOpening(ConfirmOpening { order, identity, digest: Hash32::ZERO });
        let order_for = |session| OrderTarget::Session { session, bank };
        vec![
            TxKind::CourtOrder(Box::new(court_order(JudgeId(1), order_for(session), TimestampMs(5)))),
            TxKind::AnswerOrder(Box::new(AnswerOrder { bank, order, accounts, sealed })),
            opened(OrderIdentity::Account(concealed(handle))),
            opened(OrderIdentity::Session(session)),
            open_account(bank, handle),
            open_session(bank, session, handle, key(1).public_key(), TimestampMs(5)),
            TxKind::CloseAccount(account_ref(bank, handle)),
            TxKind::Unfreeze(account_ref(bank, handle)),
            TxKind::Deposit(cash(bank, handle, Paise(1))),
            TxKind::Withdraw(cash(bank, handle, Paise(1))),
            TxKind::Freeze(freeze),
            TxKind::Transfer(transfer((session, bank), (session, bank), Paise(1), Paise(1))),
            TxKind::Ballot(Ballot { bank, proposal: TxId([1; 32]), approve: true }),
            forex_rate(Currency::Usd, 1, 2, TimestampMs(5)),
            open_travel((session, bank), "CITI_USA", Paise(100_000), handle),
            close_travel(bank, Closing::Session(session)),
            close_travel(bank, Closing::Expired(concealed(handle))),
        ]
    }

    #[test]
    fn what_is_hidden_can_be_put_back_and_nothing_else() {
        for kind in kinds() {
            let openings = kind.openings();
            assert!(kind.is_open(), "{}", kind.name());
            let Some(hidden) = kind.hidden() else {
                assert!(openings.is_empty(), "{}", kind.name());
                continue;
            };
            if openings.is_empty() {
                assert_eq!(hidden, kind, "nothing of it is concealed");
                continue;
            }
            assert!(!hidden.is_open() && !openings.is_empty(), "{}", kind.name());
            let mut back = hidden.clone();
            assert_eq!(back.open_with(openings), Ok(()));
            assert_eq!(back, kind);
            assert_eq!(back.open_with(Openings::default()), Err(NotShown), "{}", kind.name());
        }
    }

    #[test]
    fn a_value_of_another_commitment_is_refused() {
        let mut deposit = TxKind::Deposit(cash(BankId(1), AccountHandle([7; 32]), Paise(1)));
        let other = Concealed::new(AccountHandle([7; 32]), [1; 32]);
        let openings = Openings { account: Some(other), ..Openings::default() };
        assert_eq!(deposit.open_with(openings), Err(NotShown));
    }
}
