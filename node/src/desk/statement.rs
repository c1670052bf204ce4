//! Statements of account from the block store: balances by height, transactions by account.

use super::Door;
use super::door::failed;
use idx_api::{Answer, NoStatement, QueryError, Statements};
use idx_bank::statement::{Flow, Head, LINES_MAX, Movement, Recorded, Statement, StatementSeal};
use idx_bank::vault::{BankAccount, Contact};
use idx_bank::{Memo, Nickname};
use idx_storage::{BalanceAt, Cursor, Order, PAGE_ENTRIES_MAX, PageQuery, Store, Subject};
use idx_types::tx::{CloseTravel, Closing, OpenTravel};
use idx_types::{
    AccountHandle, BankId, Conversion, Height, NetworkDay, Outcome, Paise, SessionId, Signed, TimestampMs,
    Transaction, TravelTerms, TxId, TxKind,
};

impl Statements for Door {
    fn bank_id(&self) -> BankId {
        self.bank_id
    }

    fn statement(
        &self,
        account: &BankAccount,
        (from, to): (NetworkDay, NetworkDay),
        as_of: Option<Height>,
    ) -> Result<Statement, NoStatement> {
        let store = &*self.store;
        let tip = store.height().unwrap_or(Height::GENESIS);
        let as_of = as_of.unwrap_or(tip).min(tip);
        let on_ledger = store.account(&account.handle).map_err(failed)?.ok_or(NoStatement::NotOpen)?;
        let made_at = time_of(store, as_of)?;
        let (opening, rows) = record(store, &account.handle, (from.start(), to.end()), as_of)?;
        let contacts = self.vault.shelf().contacts_of(&account.owner).map_err(failed)?;
        let reader = Reader { door: self, account: account.handle, contacts };
        let movements = reader.movements(&rows)?;
        let recorded: Vec<Recorded> =
            rows.iter().map(|row| Recorded { height: row.height, balance: row.balance }).collect();
        let (bank, number) = (self.bank.clone(), account.number.clone());
        let head = Head { bank, account: number, currency: on_ledger.currency, from, to, as_of, made_at };
        Ok(Statement::new(head, opening, &recorded, movements)?)
    }

    fn seal(&self, seal: StatementSeal) -> Answer<Signed<StatementSeal>> {
        Ok(Signed::new(seal, &*self.signer))
    }
}

fn time_of(store: &Store, height: Height) -> Result<TimestampMs, NoStatement> {
    if store.height() == Some(height)
        && let Some(tip) = store.tip()
    {
        return Ok(tip.timestamp);
    }
    let block = store.public_block(height).map_err(failed)?;
    let block = block.ok_or_else(|| not_kept(store))?;
    Ok(block.header.timestamp)
}

fn not_kept(store: &Store) -> QueryError {
    let base = store.base().unwrap_or(Height::GENESIS);
    QueryError::NotKept(format!("this node keeps accounts' histories after height {base}; ask another node"))
}

/// The balance before a period, and the balances after each height in it that touched the account.
fn record(
    store: &Store,
    account: &AccountHandle,
    (begin, end): (TimestampMs, TimestampMs),
    as_of: Height,
) -> Result<(Paise, Vec<BalanceAt>), NoStatement> {
    let mut before = store.balance_before(account, begin).map_err(failed)?;
    if before.is_some_and(|row| row.height > as_of) {
        // The period begins after what the statement is of.
        before = store.balance_at(account, as_of).map_err(failed)?;
    }
    let last = store.balance_before(account, end).map_err(failed)?;
    let last = last.map_or(Height::GENESIS, |row| row.height.min(as_of));
    let first = before.map_or(Height::GENESIS, |row| row.height.next());
    let mut rows = store.balances(account, (first, last), LINES_MAX + 1).map_err(failed)?;
    let mut opening = before.map_or(Paise::ZERO, |row| row.balance);
    // What the store began with has no transactions here: at genesis it is a balance brought in, later it
    // is what came of heights that are not kept.
    let base = store.base().unwrap_or(Height::GENESIS);
    if rows.first().is_some_and(|row| row.height == base) {
        if base > Height::GENESIS {
            return Err(not_kept(store).into());
        }
        opening = rows.remove(0).balance;
    }
    if rows.len() > LINES_MAX { Err(NoStatement::TooLong) } else { Ok((opening, rows)) }
}

/// Reads an account's movements, with the owner's names for those he paid.
struct Reader<'a> {
    door: &'a Door,
    account: AccountHandle,
    contacts: Vec<Contact>,
}

impl Reader<'_> {
    /// The movements of the heights of these rows. Heights are the ledger's; times are those of the rows.
    fn movements(&self, rows: &[BalanceAt]) -> Result<Vec<Movement>, NoStatement> {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(Vec::new()) };
        let before = Cursor { height: Height(first.height.0.saturating_sub(1)), index: u32::MAX };
        let mut query = PageQuery { after: Some(before), order: Order::OldestFirst, limit: PAGE_ENTRIES_MAX };
        let mut movements = Vec::new();
        loop {
            let page = self.door.store.txs(Subject::Account(self.account), &query).map_err(failed)?;
            for cursor in &page.entries {
                if cursor.height > last.height {
                    return Ok(movements);
                }
                let row = rows.binary_search_by_key(&cursor.height, |row| row.height);
                if let Ok(place) = row {
                    movements.extend(self.movement(*cursor, rows[place].time)?);
                }
                if movements.len() > LINES_MAX {
                    return Err(NoStatement::TooLong);
                }
            }
            if page.next.is_none() {
                return Ok(movements);
            }
            query.after = page.next;
        }
    }

    /// What the transaction at a place did to the account; none if it moved nothing.
    fn movement(&self, Cursor { height, index }: Cursor, time: TimestampMs) -> Answer<Option<Movement>> {
        let store = &self.door.store;
        let tx = store.tx_at(height, index).map_err(failed)?;
        let tx = tx.ok_or_else(|| failed("an indexed transaction is not in its block"))?;
        let id = tx.id();
        let place = store.tx_place(&id).map_err(failed)?;
        if place.is_none_or(|place| place.outcome != Outcome::Completed) {
            return Ok(None);
        }
        let moved = self.flow(&tx, &id)?;
        Ok(moved.map(|(flow, amount)| Movement { height, index, time, id, flow, amount }))
    }

    /// A kind that is not here moves no money of a customer; if it did, the statement would not add up and
    /// would be refused.
    fn flow(&self, tx: &Transaction, id: &TxId) -> Answer<Option<(Flow, Paise)>> {
        Ok(match &tx.body.kind {
            TxKind::Deposit(cash) => Some((Flow::Deposit, cash.amount)),
            TxKind::Withdraw(cash) => Some((Flow::Withdrawal, cash.amount)),
            TxKind::Transfer(transfer) => {
                let Some(accepted) = &transfer.accepted else { return Ok(None) };
                let flow = if self.is_own(&transfer.from)? {
                    let (contact, memo) = self.own_words(id)?;
                    Flow::Sent { to: accepted.to, contact, memo, fee: transfer.fee }
                } else {
                    Flow::Received { from: transfer.from }
                };
                Some((flow, transfer.amount))
            }
            TxKind::OpenTravel(ask) => Some(self.opening(ask)?),
            TxKind::CloseTravel(ask) => Some(self.closing(ask)?),
            _ => None,
        })
    }

    /// Rupees leave the source account, fee included; the new account begins with foreign money.
    fn opening(&self, ask: &OpenTravel) -> Answer<(Flow, Paise)> {
        let travel = ask.handle.shown().map_err(failed)?;
        let terms = self.terms(travel)?;
        let Conversion { rupees, fee, foreign, .. } = terms.opening;
        let (with, is_credit) = (terms.foreign_bank, *travel == self.account);
        if is_credit {
            return Ok((Flow::Changed { with, is_credit, fee: Paise::ZERO }, foreign));
        }
        let changed = rupees.checked_sub(fee).ok_or_else(|| failed("a fee above its amount"))?;
        Ok((Flow::Changed { with, is_credit, fee }, changed))
    }

    /// All foreign money leaves the travel account; rupees come to its source, the fee deducted before.
    fn closing(&self, ask: &CloseTravel) -> Answer<(Flow, Paise)> {
        let travel = match &ask.closing {
            Closing::Expired(handle) => *handle.shown().map_err(failed)?,
            Closing::Session(session) => {
                let found = self.door.store.session(session).map_err(failed)?;
                found.ok_or_else(|| failed("a closing without its session"))?.account
            }
        };
        let terms = self.terms(&travel)?;
        let closing = terms.closing.ok_or_else(|| failed("a closed travel account without its closing"))?;
        let is_credit = travel != self.account;
        let amount = if is_credit { closing.rupees } else { closing.foreign };
        Ok((Flow::Changed { with: terms.foreign_bank, is_credit, fee: Paise::ZERO }, amount))
    }

    fn terms(&self, travel: &AccountHandle) -> Answer<TravelTerms> {
        let account = self.door.store.account(travel).map_err(failed)?;
        let terms = account.and_then(|account| account.terms).map(|terms| *terms);
        terms.ok_or_else(|| failed("a travel account without its terms"))
    }

    fn is_own(&self, session: &SessionId) -> Answer<bool> {
        let found = self.door.store.session(session).map_err(failed)?;
        Ok(found.is_some_and(|session| session.account == self.account))
    }

    /// What the owner calls the receiver of what he sent, and what he wrote down of it, as long as the vault
    /// knows.
    fn own_words(&self, id: &TxId) -> Answer<(Option<Nickname>, Option<Memo>)> {
        let shelf = self.door.vault.shelf();
        let Some(sent) = shelf.outgoing(id).map_err(failed)? else { return Ok((None, None)) };
        let contact = self.contacts.iter().find(|contact| contact.idx == sent.receiver);
        let memo = shelf.memo(&sent.sender, id).map_err(failed)?.map(|kept| kept.memo);
        Ok((contact.map(|contact| contact.nickname.clone()), memo))
    }
}
