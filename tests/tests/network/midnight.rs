//! Midnight on a running network: the network day turns under six processes while customers pay.
//!
//! ```text
//!   23:00  customers, sessions of today         23:59:40          23:59:57 .. 00:00:04        00:00:04
//!          an intent is made ------------------------------------------------------------> accepted, settles
//!          a transfer is accepted, AXIS stands still -----------------------------------> AXIS goes on, it settles
//!                                                a first payment    a payment every second
//! ```
//!
//! The story moves the clock of all processes to each of these times; only across midnight it goes by itself.

use super::clock::Clock;
use super::lawful::{judge, opened, ordered};
use super::ledger::{Customer, Ledger, settle};
use super::net::{Net, assert_success, until};
use super::people::Person;
use idx_client::encoding::Hex;
use idx_client::views::{TxKindView, TxStatus};
use idx_node::testnet::BANKS;
use idx_types::params::DAY_MS;
use idx_types::{NetworkDay, Paise, Reason, SessionId, TimestampMs, TxId};
use rustix::process::Signal;
use std::collections::BTreeSet;
use std::time::Duration;

/// Before midnight: when everybody arrives, when somebody pays for the first time, when the stream begins.
const BEFORE_MS: [u64; 3] = [3_600_000, 20_000, 3_000];

/// After midnight, when the stream ends.
const AFTER_MS: u64 = 4_000;

/// Between two payments of the stream.
const EVERY: Duration = Duration::from_secs(1);

/// Days of company keys in genesis: the day on which the network is made, so that every other was announced.
const COMPANY_DAYS: &str = "1";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn midnight_passes_while_customers_pay() {
    let Some(night) = Night::falls() else {
        return println!("skipped: there is no libfaketime (Debian package faketime)");
    };
    let net = &night.net;
    assert_success(&net.testnet_up(&["--no-payments", "--company-days", COMPANY_DAYS]), "up");
    night.tomorrows_key_is_announced().await;
    let [asha, bilal, charu, dara, esha] = people(net).await;
    let ledger = Ledger::of(net).await;
    let own = [Customer::new(0), Customer::new(1)];
    ledger.open_until(net, &own, night.midnight).await;
    let sound = ledger.transfer(&own[0], &own[1], Paise(10_000));
    assert_eq!(settle(&net.client(BANKS[0]), vec![sound]).await[0].status, TxStatus::Completed);

    let asha_before = settled(net, paid(net, &asha, &bilal, "ICICI").await).await;
    let charu_before = settled(net, paid(net, &charu, &bilal, "SBI").await).await;
    let waiting = asha.pays(net, &bilal, "20.00").await;
    bilal.sees(net, "ICICI", waiting, Some("AWAITING_RECEIVER")).await;
    let under_way = accepted_while_a_bank_stands_still(net, &dara, &bilal).await;

    night.comes(BEFORE_MS[1]);
    let late = esha.pays(net, &charu, "30.00").await;
    accepted(net, &charu, "KOTAK", late).await;
    let stream = night.crossed_by(&charu, &bilal).await;
    net.signal("AXIS", Signal::CONT);

    accepted(net, &bilal, "ICICI", waiting).await;
    let waited = night.of_yesterday(waiting).await;
    assert_eq!(waited.from, asha_before.from, "the old intent settles under its old session");
    assert_ne!(waited.to, asha_before.to, "and into a session of today");
    dara.sees(net, "AXIS", under_way, Some("COMPLETED")).await;
    night.of_yesterday(under_way).await;
    night.sessions_turn(&stream, charu_before.from).await;
    let first_payment = night.of_yesterday(late).await;
    let second = settled(net, paid(net, &esha, &charu, "KOTAK").await).await;
    assert_eq!(first_payment.from, second.from, "what is opened at the last moment is tomorrow's session");

    no_session_of_yesterday_is_accepted(net, &ledger, &own).await;
    let today = settled(net, paid(net, &asha, &bilal, "SBI").await).await;
    opens_with_todays_key(net, &today, &asha).await;
    net.assert_one_history().await;
    assert!(!net.logs().contains("panicked"), "{}", net.logs());
}

/// The night that a network lives through.
struct Night {
    net: Net,
    midnight: TimestampMs,
}

impl Night {
    /// An hour before a midnight; `None` where clocks cannot be moved.
    fn falls() -> Option<Self> {
        let net = Net::planned_with_clock()?;
        let midnight = NetworkDay::of(idx_node::pay::now()).end().plus(DAY_MS);
        let night = Self { net, midnight };
        night.comes(BEFORE_MS[0]);
        Some(night)
    }

    fn clock(&self) -> &Clock {
        self.net.clock().expect("the night has its clock")
    }

    /// So long before midnight, for all processes at once.
    fn comes(&self, before_ms: u64) {
        self.clock().set(TimestampMs(self.midnight.0 - before_ms));
    }

    /// The company's custodian has announced keys of days ahead, of which genesis has none.
    async fn tomorrows_key_is_announced(&self) {
        let client = self.net.client(BANKS[0]);
        let tomorrow = NetworkDay::of(self.midnight);
        until("the company announces the key of tomorrow", || async {
            let escrow = client.escrow().await.expect("the node answers");
            escrow.company.day_keys.iter().any(|key| key.day == tomorrow)
        })
        .await;
    }

    /// One payment after the other across midnight, each of which settles.
    async fn crossed_by(&self, from: &Person, to: &Person) -> Vec<TxId> {
        let mut stream = vec![paid(&self.net, from, to, "SBI").await];
        self.comes(BEFORE_MS[2]);
        let mut turn = tokio::time::interval(EVERY);
        while self.net.now() < self.midnight.plus(AFTER_MS) {
            turn.tick().await;
            stream.push(paid(&self.net, from, to, "SBI").await);
        }
        stream
    }

    /// A transfer that was made before midnight and settled.
    async fn of_yesterday(&self, id: TxId) -> Settled {
        let settled = settled(&self.net, id).await;
        assert!(settled.made < self.midnight, "{settled:?} was made after midnight");
        settled
    }

    /// Payments of both days are there, and each day's are of one session.
    async fn sessions_turn(&self, stream: &[TxId], yesterday: SessionId) {
        let mut days = [BTreeSet::new(), BTreeSet::new()];
        for id in stream {
            let settled = settled(&self.net, *id).await;
            days[usize::from(settled.made >= self.midnight)].insert(settled.from);
        }
        let [before, after] = days;
        assert_eq!(before, [yesterday].into(), "sessions before midnight");
        assert!(after.len() == 1 && !after.contains(&yesterday), "sessions after midnight: {after:?}");
    }
}

async fn people(net: &Net) -> [Person; 5] {
    let bilal = [("ICICI", "603918275541"), ("SBI", "714029386652")];
    [
        Person::joins(net, ["QWXZA7391K", "Q7X9Z2", "Asha Rao"], &[("HDFC", "592807164430")]).await,
        Person::joins(net, ["VJKPB6284M", "V3K8W5", "Bilal Khan"], &bilal).await,
        Person::joins(net, ["YHGTC5173N", "Y9H4G6", "Charu Sen"], &[("KOTAK", "936241508874")]).await,
        Person::joins(net, ["MNBVD4062P", "M2N5B8", "Dara Irani"], &[("AXIS", "147352619985")]).await,
        Person::joins(net, ["LKJHE3951Q", "L4K7J1", "Esha Nair"], &[("YES", "258463720096")]).await,
    ]
}

/// A transfer on the public chain.
#[derive(Debug)]
struct Settled {
    made: TimestampMs,
    from: SessionId,
    to: SessionId,
}

async fn settled(net: &Net, id: TxId) -> Settled {
    let client = net.client(BANKS[0]);
    until(&format!("{id} is on the ledger"), || async {
        let receipt = client.receipt(id).await.expect("the node answers");
        receipt.is_some_and(|receipt| receipt.status == TxStatus::Completed)
    })
    .await;
    let shown = client.transaction(id).await.expect("the node answers").expect("it is on the ledger");
    match shown.body {
        TxKindView::Transfer { from, to: Some(to), .. } => Settled { made: shown.created_at.0, from, to },
        other => panic!("{other:?} is no transfer"),
    }
}

async fn accepted(net: &Net, to: &Person, bank: &str, id: TxId) {
    to.takes(net, bank, id).await;
    to.sees(net, bank, id, Some("COMPLETED")).await;
}

async fn paid(net: &Net, from: &Person, to: &Person, bank: &str) -> TxId {
    let id = from.pays(net, to, "10.00").await;
    accepted(net, to, bank, id).await;
    id
}

/// AXIS, whose customer pays, is held still: without its verdict the transfer waits.
async fn accepted_while_a_bank_stands_still(net: &Net, dara: &Person, bilal: &Person) -> TxId {
    let id = dara.pays(net, bilal, "40.00").await;
    bilal.sees(net, "SBI", id, Some("AWAITING_RECEIVER")).await;
    net.signal("AXIS", Signal::STOP);
    bilal.takes(net, "SBI", id).await;
    id
}

/// Whoever kept a key of yesterday moves nothing with it today, at no node's door.
async fn no_session_of_yesterday_is_accepted(net: &Net, ledger: &Ledger, own: &[Customer; 2]) {
    for bank in BANKS {
        let payment = ledger.transfer(&own[0], &own[1], Paise(10_000));
        let refused = net.client(bank).send_raw_transaction(&payment).await.expect_err("yesterday's session");
        assert_eq!(refused.reason(), Some(Reason::SessionExpired), "{bank}");
    }
}

/// A session of today is sealed to the company's key of today: with that custodian's half it opens.
async fn opens_with_todays_key(net: &Net, today: &Settled, who: &Person) {
    let order = ordered(net, &[("--session", &today.from.to_string())], "10m");
    let open = || judge(net, &["open", &Hex(order).to_string(), "--output", "json"]);
    until("both custodians have released", || async { open().status.success() }).await;
    assert_eq!(opened(&open())["idx"], who.idx.to_string());
}
