//! What orders do to a block's draft: freeze, lift, end in time.

use super::{Deed, Order, OrderStatus, OrderStep};
use crate::draft::Draft;
use idx_types::{JudgeId, OrderId};

impl Draft<'_> {
    /// Ends the orders whose time is over before this block's, and folds away those kept long enough.
    /// Looks at no order whose time has not come.
    pub fn end_due_orders(&mut self) {
        while let Some(entry) = self.registries().orders.due(self.place.now) {
            self.expire(&entry.1);
            self.registries_mut().orders.tick(entry);
        }
    }

    fn expire(&mut self, id: &OrderId) {
        let order = self.registries().orders.get(id);
        if order.is_some_and(|order| order.status() == OrderStatus::Active) {
            self.end_order(id, OrderStep { height: self.place.height, tx: None, deed: Deed::Expired });
        }
    }

    /// Ends what a judge ordered, as the judge is retired.
    pub fn revoke_orders(&mut self, judge: JudgeId) {
        for id in self.registries().orders.active_of(judge) {
            self.end_order(&id, OrderStep { height: self.place.height, tx: None, deed: Deed::Revoked });
        }
    }

    /// Puts an order on the ledger and freezes this account.
    pub fn open_order(&mut self, order: Order, account: Option<u64>) {
        let id = order.id;
        self.registries_mut().orders.insert(order);
        account.into_iter().for_each(|account| self.hold(account, id));
    }

    /// Writes down a step of an active order, and freezes or lifts what follows from it.
    pub fn take_step(&mut self, id: &OrderId, step: OrderStep, hold: &[u64]) {
        if matches!(step.deed, Deed::Released) {
            return self.end_order(id, step);
        }
        if let Some(order) = self.registries_mut().orders.by_id.get_mut(id) {
            order.steps.push(step);
        }
        hold.iter().for_each(|account| self.hold(*account, *id));
    }

    fn end_order(&mut self, id: &OrderId, step: OrderStep) {
        let Some(order) = self.registries_mut().orders.by_id.get_mut(id) else { return };
        order.steps.push(step);
        for account in std::mem::take(&mut order.held) {
            let freeze = self.registries_mut().orders.let_go(account, id);
            self.change_account(account, |account| account.freeze = freeze);
        }
    }

    /// A closed account moves no money anyway, and stays as it is.
    fn hold(&mut self, number: u64, id: OrderId) {
        let Some(account) = self.accounts.get(number).filter(|account| account.closed_at.is_none()) else {
            return;
        };
        let was = account.freeze;
        let orders = &mut self.registries_mut().orders;
        let freeze = orders.hold(number, id, was);
        if let Some(order) = orders.by_id.get_mut(&id) {
            order.held.insert(number);
        }
        self.change_account(number, |account| account.freeze = freeze);
    }
}
