//! The interfaces' bounds, from the operator's settings; what those do not name keeps its default.

use crate::settings::Settings;
use idx_api::ApiLimits;
use std::time::Duration;

/// The bounds that a node's interfaces run under.
pub(super) fn api_limits(settings: &Settings) -> ApiLimits {
    let rpc = &settings.rpc;
    ApiLimits {
        connections_max: rpc.connections_max,
        request_bytes_max: rpc.body_bytes_max,
        batch_max: rpc.batch_max,
        subscriptions_max: rpc.subscriptions_max,
        body_timeout: Duration::from_millis(rpc.timeout_ms),
        wait_max: Duration::from_millis(rpc.wait_ms_max),
        ..ApiLimits::default()
    }
}
