//! Measures the network alone: nodes in one process on loopback, each with an owner that accepts
//! whatever comes. Prints what it does and one line per measurement.
//!
//! ```text
//! cargo run --release -p idx-p2p --example throughput -- [NODES] [SECONDS]
//! ```

use anyhow::{Context, Result};
use idx_p2p::{
    Acceptance, NetworkEvent, NetworkHandle, NetworkLimits, NetworkSettings, PeerRole, PeerSettings, Rate,
    RequestId, Topic, network_key_of_seed, start,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

/// Messages that the owners have received, and answers.
#[derive(Default)]
struct Received {
    messages: AtomicU64,
    bytes: AtomicU64,
    peers_up: AtomicU64,
    answers: AtomicU64,
    latency_us: AtomicU64,
}

struct Bench {
    handles: Vec<NetworkHandle>,
    received: Arc<Received>,
    began: Instant,
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let nodes = arguments.next().transpose().context("NODES is a number")?.unwrap_or(6);
    let seconds = arguments.next().transpose().context("SECONDS is a number")?.unwrap_or(10);
    let time = Duration::from_secs(seconds);
    println!("{nodes} nodes on loopback in one process, {seconds} s for each line");
    let bench = Bench::start(u8::try_from(nodes).context("at most 255 nodes")?).await?;
    bench.idle(time).await;
    for (rate, size) in [(50, 20_000), (50, 50_000), (1_000, 200), (200, 50_000)] {
        bench.gossip(Topic::Consensus, rate, size, time).await?;
    }
    bench.gossip(Topic::Transactions, 50, 50_000, time).await?;
    for size in [300, 65_536, 1 << 20] {
        bench.requests(size, time).await?;
    }
    Ok(())
}

impl Bench {
    async fn start(count: u8) -> Result<Self> {
        let received = Arc::new(Received::default());
        let began = Instant::now();
        let mut handles: Vec<NetworkHandle> = Vec::new();
        for number in 1..=count {
            let address =
                |other: u8| handles.get(usize::from(other) - 1).map(|h| h.listen_addresses().to_vec());
            let peer = |other: u8| PeerSettings {
                key: network_key_of_seed(&[other; 32]),
                addresses: address(other).unwrap_or_default(),
                role: PeerRole::Bank,
            };
            let (handle, events) = start(settings(number, (1..=count).map(peer).collect())).await?;
            tokio::spawn(own(handle.clone(), events, Arc::clone(&received), began));
            handles.push(handle);
        }
        let pairs = u64::from(count) * (u64::from(count) - 1);
        while received.peers_up.load(Ordering::Relaxed) < pairs {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        println!("full mesh after {} ms", began.elapsed().as_millis());
        Ok(Self { handles, received, began })
    }

    async fn idle(&self, time: Duration) {
        let before = cpu_ms();
        tokio::time::sleep(time).await;
        let used = percent(cpu_ms() - before, time) / self.handles.len() as f64;
        println!("idle: {used:.3} % of a core for each node");
    }

    /// Publishes `rate` messages a second in turn from all nodes.
    async fn gossip(&self, topic: Topic, rate: u64, size: usize, time: Duration) -> Result<()> {
        let (cpu, begin) = (cpu_ms(), Instant::now());
        let before = self.counts();
        let wire_before = self.wire_bytes().await?;
        let messages = rate * time.as_secs();
        let mut refused = 0u64;
        for n in 0..messages {
            tokio::time::sleep_until((begin + time.mul_f64(n as f64 / messages as f64)).into()).await;
            let sender = &self.handles[n as usize % self.handles.len()];
            refused += u64::from(sender.publish(topic, self.stamped(n, size)).await.is_err());
        }
        let sent_after = begin.elapsed();
        let expected = (messages - refused) * (self.handles.len() as u64 - 1);
        let arrived = self.wait_for(before.0 + expected).await - before.0;
        let (elapsed, after) = (sent_after.max(time), self.counts());
        let wire = (self.wire_bytes().await? - wire_before) as f64 / (arrived.max(1) as f64 * size as f64);
        println!(
            "{topic:?} {rate}/s of {size} B: {arrived} of {expected} arrived, {:.0} deliveries/s, {:.1} MB/s, mean {} us, \
             {:.1} % of a core in all, {wire:.2} bytes on the wire for each delivered",
            arrived as f64 / elapsed.as_secs_f64(),
            (after.1 - before.1) as f64 / 1e6 / elapsed.as_secs_f64(),
            (after.2 - before.2) / arrived.max(1),
            percent(cpu_ms() - cpu, elapsed),
        );
        Ok(())
    }

    /// Keeps 32 requests in flight from the first node to the second.
    async fn requests(&self, size: usize, time: Duration) -> Result<()> {
        let (cpu, begin) = (cpu_ms(), Instant::now());
        let before = self.received.answers.load(Ordering::Relaxed);
        let mut asked = 0u64;
        while begin.elapsed() < time {
            let answered = self.received.answers.load(Ordering::Relaxed) - before;
            if asked.saturating_sub(answered) < 32 {
                let id = RequestId(self.began.elapsed().as_nanos() as u64);
                self.handles[0].request(self.handles[1].key(), id, vec![1; size]).await?;
                asked += 1;
            } else {
                tokio::time::sleep(Duration::from_micros(200)).await;
            }
        }
        let answered = (self.received.answers.load(Ordering::Relaxed) - before) as f64;
        let per_s = answered / begin.elapsed().as_secs_f64();
        println!(
            "requests of {size} B, echoed, 32 in flight: {per_s:.0}/s, {:.1} MB/s both ways, {:.1} % of a core in all",
            per_s * size as f64 * 2.0 / 1e6,
            percent(cpu_ms() - cpu, begin.elapsed()),
        );
        Ok(())
    }

    /// Bytes that differ from all others and say when they were published.
    fn stamped(&self, n: u64, size: usize) -> Vec<u8> {
        let mut data = vec![0; size.max(16)];
        data[..8].copy_from_slice(&(self.began.elapsed().as_micros() as u64).to_le_bytes());
        data[8..16].copy_from_slice(&n.to_le_bytes());
        data
    }

    fn counts(&self) -> (u64, u64, u64) {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (get(&self.received.messages), get(&self.received.bytes), get(&self.received.latency_us))
    }

    async fn wire_bytes(&self) -> Result<u64> {
        let mut bytes = 0;
        for handle in &self.handles {
            bytes += handle.peers().await?.iter().map(|peer| peer.bytes_in).sum::<u64>();
        }
        Ok(bytes)
    }

    /// Waits until so many messages have arrived, five seconds at most.
    async fn wait_for(&self, messages: u64) -> u64 {
        let begin = Instant::now();
        while self.counts().0 < messages && begin.elapsed() < Duration::from_secs(5) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.counts().0
    }
}

/// Accepts gossip, echoes requests, counts.
async fn own(
    handle: NetworkHandle,
    mut events: mpsc::Receiver<NetworkEvent>,
    received: Arc<Received>,
    began: Instant,
) {
    while let Some(event) = events.recv().await {
        let ended = match event {
            NetworkEvent::Gossip { id, from, data, .. } => {
                count(&received, &data, began);
                handle.verdict(id, from, Acceptance::Accept).await
            }
            NetworkEvent::Request { ticket, data, .. } => handle.respond(ticket, data).await,
            NetworkEvent::Response { .. } => add(&received.answers, 1),
            NetworkEvent::PeerUp { .. } => add(&received.peers_up, 1),
            NetworkEvent::RequestFailed { .. }
            | NetworkEvent::PeerBlamed { .. }
            | NetworkEvent::PeerDown { .. } => {
                println!("unexpected: {event:?}");
                Ok(())
            }
        };
        if ended.is_err() {
            return;
        }
    }
}

fn count(received: &Received, data: &[u8], began: Instant) {
    let stamp = data.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let latency = (began.elapsed().as_micros() as u64).saturating_sub(stamp);
    received.latency_us.fetch_add(latency, Ordering::Relaxed);
    received.bytes.fetch_add(data.len() as u64, Ordering::Relaxed);
    received.messages.fetch_add(1, Ordering::Relaxed);
}

fn add(counter: &AtomicU64, many: u64) -> Result<(), idx_p2p::SendError> {
    counter.fetch_add(many, Ordering::Relaxed);
    Ok(())
}

fn settings(number: u8, peers: Vec<PeerSettings>) -> NetworkSettings {
    let unlimited = Rate { per_s: 1 << 40, burst: 1 << 40 };
    NetworkSettings {
        secret_seed: Zeroizing::new([number; 32]),
        role: PeerRole::Bank,
        listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()].into(),
        peers,
        protocol_name: "throughput".to_owned(),
        limits: NetworkLimits {
            wire_bytes: unlimited,
            gossip_messages: unlimited,
            gossip_bytes: unlimited,
            requests: unlimited,
            request_bytes: unlimited,
            ..NetworkLimits::default()
        },
    }
}

/// Processor time of this process in milliseconds, all threads, from the kernel's account in
/// nanoseconds (`/proc/self/task/*/schedstat`). 0 where there is none.
fn cpu_ms() -> u64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let spent = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok());
    spent.filter_map(|text| text.split_whitespace().next()?.parse::<u64>().ok()).sum::<u64>() / 1_000_000
}

fn percent(cpu_ms: u64, elapsed: Duration) -> f64 {
    cpu_ms as f64 / elapsed.as_secs_f64() / 10.0
}
