//! Statements of the made-up bank, from what its ledger settled.

use super::FakeTeller;
use crate::{Answer, NoStatement, Statements};
use idx_bank::statement::{Statement, StatementSeal};
use idx_bank::vault::BankAccount;
use idx_client::testing::bank_key;
use idx_types::{BankId, Height, NetworkDay, Signed, TxId};

impl Statements for FakeTeller {
    fn bank_id(&self) -> BankId {
        BankId(0)
    }

    fn statement(
        &self,
        account: &BankAccount,
        days: (NetworkDay, NetworkDay),
        as_of: Option<Height>,
    ) -> Result<Statement, NoStatement> {
        let contacts = self.shelf().contacts_of(&account.owner).unwrap();
        let state = self.state.lock().unwrap();
        let named = |id: &TxId| {
            let sent = self.shelf().outgoing(id).unwrap()?;
            contacts.iter().find(|contact| contact.idx == sent.receiver).map(|c| c.nickname.clone())
        };
        state.ledger.statement(account, self.code.clone(), days, as_of, named)
    }

    fn seal(&self, seal: StatementSeal) -> Answer<Signed<StatementSeal>> {
        Ok(Signed::new(seal, &bank_key(0)))
    }
}
