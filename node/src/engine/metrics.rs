//! What the node measures of itself, by the Prometheus conventions: base units in the names, counters
//! end in `_total` (document 6.3).

use prometheus::{
    Encoder, Gauge, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry,
    TextEncoder,
};

/// Bounds of all latency histograms, seconds: 50 us to 10 s.
const LATENCY_BUCKETS: [f64; 14] =
    [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0, 10.0];

/// All metrics of a node.
pub struct Metrics {
    registry: Registry,
    /// Last final height.
    pub height: IntGauge,
    /// Round of the height being agreed on.
    pub round: IntGauge,
    /// Heights that the best peer is ahead.
    pub lag: IntGauge,
    /// Connected peers.
    pub peers: IntGauge,
    /// Transactions waiting.
    pub pool: IntGauge,
    /// Bytes of transactions waiting.
    pub pool_bytes: IntGauge,
    /// Leading zero bits asked of the next block.
    pub difficulty: IntGauge,
    /// Hash rate of the last search.
    pub hash_rate: Gauge,
    /// Settled transactions by outcome.
    pub settled: IntCounterVec,
    /// Transactions refused at the door, by reason.
    pub refused: IntCounterVec,
    /// Final blocks by miner.
    pub blocks: IntCounterVec,
    /// Heights decided later than in round 0.
    pub late_heights: IntCounter,
    /// Certificates without a bank's verdicts.
    pub missed_verdicts: IntCounterVec,
    /// Messages from peers by kind.
    pub received: IntCounterVec,
    /// Messages from peers that were refused, by what is wrong.
    pub blamed: IntCounterVec,
    /// From a block's timestamp to its commit here.
    pub finality: Histogram,
    /// Checking one message from a peer.
    pub gate: Histogram,
    /// The search for a nonce.
    pub mining: Histogram,
    /// Syncing the journal of signed history.
    pub journal_sync: Histogram,
    /// Storing one final height.
    pub store_commit: Histogram,
    /// Asks of customers and clerks that were answered, by outcome: `ok`, or the code of the refusal.
    pub desk_answers: IntCounterVec,
    /// Making a group of the desk's steps durable.
    pub vault_sync: Histogram,
    /// One step of the mind with its effects.
    pub step: Histogram,
}

/// Registers metrics; a name used twice is a mistake in this file.
struct Maker(Registry);

impl Maker {
    fn gauge(&self, name: &str, help: &str) -> IntGauge {
        let gauge = IntGauge::new(name, help).expect("metric names are valid");
        self.keep(gauge)
    }

    fn counters(&self, name: &str, help: &str, label: &str) -> IntCounterVec {
        let counters = IntCounterVec::new(Opts::new(name, help), &[label]).expect("metric names are valid");
        self.keep(counters)
    }

    fn seconds(&self, name: &str, help: &str) -> Histogram {
        let options = HistogramOpts::new(name, help).buckets(LATENCY_BUCKETS.to_vec());
        self.keep(Histogram::with_opts(options).expect("metric names are valid"))
    }

    fn keep<M: prometheus::core::Collector + Clone + 'static>(&self, metric: M) -> M {
        self.0.register(Box::new(metric.clone())).expect("every metric has its own name");
        metric
    }
}

impl Metrics {
    /// Fresh metrics in a registry of their own.
    pub fn new() -> Self {
        let maker = Maker(Registry::new());
        let late = IntCounter::new("idx_late_heights_total", "Heights decided later than in round 0.");
        let rate = Gauge::new("idx_mining_hashes_per_second", "Hash rate of the last search.");
        Self {
            height: maker.gauge("idx_height", "Last final height."),
            round: maker.gauge("idx_round", "Round of the height being agreed on."),
            lag: maker.gauge("idx_lag_heights", "Heights that the best peer is ahead."),
            peers: maker.gauge("idx_peers", "Connected peers."),
            pool: maker.gauge("idx_pool_transactions", "Transactions waiting."),
            pool_bytes: maker.gauge("idx_pool_bytes", "Bytes of transactions waiting."),
            difficulty: maker.gauge("idx_difficulty_bits", "Leading zero bits asked of the next block."),
            hash_rate: maker.keep(rate.expect("metric names are valid")),
            settled: maker.counters("idx_transactions_total", "Transactions in final blocks.", "outcome"),
            refused: maker.counters("idx_refused_transactions_total", "Refused at the door.", "reason"),
            blocks: maker.counters("idx_blocks_total", "Final blocks.", "miner"),
            late_heights: maker.keep(late.expect("metric names are valid")),
            missed_verdicts: maker.counters(
                "idx_missed_verdicts_total",
                "Certificates without a bank.",
                "bank",
            ),
            received: maker.counters("idx_received_messages_total", "Messages from peers.", "kind"),
            blamed: maker.counters("idx_refused_messages_total", "Refused messages of peers.", "what"),
            finality: maker.seconds("idx_finality_seconds", "From a block's timestamp to its commit here."),
            gate: maker.seconds("idx_gate_seconds", "Checking one message from a peer."),
            mining: maker.seconds("idx_mining_seconds", "The search for a nonce."),
            journal_sync: maker.seconds("idx_journal_sync_seconds", "Syncing the journal of signed history."),
            store_commit: maker.seconds("idx_store_commit_seconds", "Storing one final height."),
            desk_answers: maker.counters(
                "idx_desk_answers_total",
                "Answers to customers and clerks.",
                "outcome",
            ),
            vault_sync: maker.seconds("idx_vault_sync_seconds", "Making steps of the desk durable."),
            step: maker.seconds("idx_step_seconds", "One step of the mind with its effects."),
            registry: maker.0,
        }
    }

    /// The text that Prometheus reads.
    pub fn render(&self) -> String {
        let mut text = Vec::new();
        let families = self.registry.gather();
        TextEncoder::new().encode(&families, &mut text).expect("metrics are text, memory takes it");
        String::from_utf8(text).expect("the encoder writes UTF-8")
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_rendered_with_help_and_unit() {
        let metrics = Metrics::new();
        metrics.settled.with_label_values(&["completed"]).inc();
        metrics.height.set(7);
        let text = metrics.render();
        assert!(text.contains("# HELP idx_height Last final height."));
        assert!(text.contains("idx_height 7"));
        assert!(text.contains("idx_transactions_total{outcome=\"completed\"} 1"));
        assert!(text.contains("idx_finality_seconds_bucket"));
    }
}
