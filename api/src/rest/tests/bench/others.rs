//! The other banks, as a test has them answer.

use super::FakeTeller;
use crate::{Answer, OtherBank, OtherBanks};
use async_trait::async_trait;
use idx_bank::desk::Refusal;
use idx_bank::vault::Consented;
use idx_client::testing::bank_key;
use idx_types::{Consent, Idx, Signed};
use std::sync::Mutex;

/// What they say of whom; nothing is asked of them about anybody else.
#[derive(Default)]
pub struct Others(Mutex<Vec<(Idx, Vec<OtherBank>)>>);

impl Others {
    /// From now on they say this.
    pub fn say(&self, of: Idx, said: Vec<OtherBank>) {
        self.0.lock().unwrap().push((of, said));
    }
}

#[async_trait]
impl OtherBanks for FakeTeller {
    async fn ask_others(&self, customer: &Idx) -> Result<Vec<OtherBank>, Refusal> {
        let all = self.others.0.lock().unwrap();
        let said = all.iter().rev().find(|(of, _)| of == customer);
        said.map(|(_, said)| said.clone()).ok_or(Refusal::BankBusy)
    }

    fn consents(&self, owner: &Idx) -> Answer<Vec<Consented>> {
        Ok(self.shelf().consents_of(owner).unwrap())
    }

    fn witness(&self, consent: Consent) -> Answer<Signed<Consent>> {
        Ok(Signed::new(consent, &bank_key(0)))
    }
}
