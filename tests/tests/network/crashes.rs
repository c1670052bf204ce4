//! A storm under load, for as long as asked: nodes are killed, held still, cut off and slowed at random
//! moments, and nothing that any of them answered is ever lost, changed or taken back.

use super::dice::Dice;
use super::net::Net;
use super::traffic::Traffic;
use idx_node::testnet::links::{self, Groups, Links};
use idx_node::testnet::{BANKS, TestnetError};
use rustix::process::Signal;
use std::time::{Duration, Instant};

/// How long the storm lasts; `IDX_STORM_SECONDS` asks for longer.
const STORM_SECONDS: u64 = 60;

/// Longest time between two blows.
const CALM_MS_MAX: u64 = 900;

/// Longest time for which a node is held still, and for which links are cut.
const PAUSE_MS_MAX: u64 = 3_000;

/// Longest delay of a slowed bank, each way.
const DELAY_MS_MAX: u64 = 120;

/// How many blows of each kind there were.
#[derive(Default, Debug)]
struct Blows {
    kills: usize,
    pauses: usize,
    cuts: usize,
    slowed: usize,
}

/// A storm over a network.
struct Storm<'a> {
    traffic: &'a Traffic,
    dice: Dice,
    blows: Blows,
}

fn length() -> Duration {
    let asked = std::env::var("IDX_STORM_SECONDS").ok();
    let seconds = asked.map_or(STORM_SECONDS, |text| text.parse().expect("IDX_STORM_SECONDS is a number"));
    Duration::from_secs(seconds)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_final_is_lost_or_changed_whatever_hits_the_nodes() {
    let traffic = Traffic::on(Net::up_with_links()).await;
    let storm = Storm { traffic: &traffic, dice: Dice::of(traffic.seed, 0), blows: Blows::default() };
    let blows = traffic.during(storm.rage()).await;
    let report = traffic.judge().await;
    println!("{blows:?} in {} s", length().as_secs());
    assert!(report.completed > blows.kills, "{report:?}: that was no load for {blows:?}");
}

fn done(result: Result<(), TestnetError>) {
    result.unwrap_or_else(|error| panic!("{error}"));
}

impl Storm<'_> {
    async fn rage(mut self) -> Blows {
        let began = Instant::now();
        while began.elapsed() < length() {
            self.wait(CALM_MS_MAX).await;
            match self.dice.below(8) {
                0 => self.pause().await,
                1 => self.cut().await,
                2 => self.slow().await,
                _ => self.kill(),
            }
        }
        done(links::heal(&self.traffic.net.layout()).await);
        self.blows
    }

    /// The storm's own clockwork: nothing is waited for.
    async fn wait(&mut self, ms_max: u64) {
        tokio::time::sleep(Duration::from_millis(self.dice.below(ms_max))).await;
    }

    /// Kills a node and starts it again; now and then two, the most that six banks can do without.
    fn kill(&mut self) {
        let first = self.dice.bank();
        let second = (self.dice.below(4) == 0).then_some((first + 1) % BANKS.len());
        let victims = || [Some(first), second].into_iter().flatten().map(|place| BANKS[place]);
        tokio::task::block_in_place(|| {
            victims().for_each(|bank| self.traffic.net.kill(bank));
            victims().for_each(|bank| self.traffic.net.start(bank));
        });
        self.blows.kills += victims().count();
    }

    /// Holds a node still for a while.
    async fn pause(&mut self) {
        let bank = BANKS[self.dice.bank()];
        self.traffic.net.signal(bank, Signal::STOP);
        self.wait(PAUSE_MS_MAX).await;
        self.traffic.net.signal(bank, Signal::CONT);
        self.blows.pauses += 1;
    }

    /// Cuts some banks off from the others for a while, or one from one other one way.
    async fn cut(&mut self) {
        let layout = self.traffic.net.layout();
        let (from, to) = (self.dice.bank(), self.dice.bank());
        let side: Vec<_> = BANKS.iter().filter(|_| self.dice.below(2) == 0).copied().collect();
        let before = links::get(&layout).await.ok().flatten().unwrap_or_default();
        let mut ways = before;
        match Groups::read(&side.join(",")) {
            Ok(groups) => groups.cut(&mut ways),
            Err(_) => ways.change_all(|a, b| (a, b) == (from, to), |way| way.mode = links::Mode::Hold),
        }
        done(links::set(&layout, ways).await);
        self.wait(PAUSE_MS_MAX).await;
        done(links::set(&layout, before).await);
        self.blows.cuts += 1;
    }

    /// Makes one bank's links slow; the one that was slow before is so no longer.
    async fn slow(&mut self) {
        let (bank, delay) = (BANKS[self.dice.bank()], self.dice.below(DELAY_MS_MAX));
        let layout = self.traffic.net.layout();
        done(links::set(&layout, Links::default()).await);
        let delay = u32::try_from(delay).expect("delays are short");
        done(links::slow(&layout, bank, delay, None).await);
        self.blows.slowed += 1;
    }
}
