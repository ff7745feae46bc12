//! Makes paused time work with sockets.
//!
//! A test that pauses tokio's clock lets it jump to the next timer whenever no task can run. tokio does not know about
//! bytes that are on their way through a socket, so a client would time out before the response arrives.
//!
//! The clock does not jump while a blocking task runs. So the simulator alternates: a blocking task gives sockets real
//! time until they are quiet, then a timer lets the clock jump by a tick at most. A test thus sees a request take a tick
//! or so of paused time, and five paused minutes take about a second of real time.

use std::sync::Weak;
use std::time::{Duration, Instant};

use super::server::Shared;

/// How far the clock jumps at most.
const TICK: Duration = Duration::from_millis(100);
/// How long sockets are left alone in real time. A hop takes about 20 microseconds.
const QUIET: Duration = Duration::from_micros(200);
/// The first look at the clock, which is brief because a test may call the simulator at once.
const FIRST_CHECK: Duration = Duration::from_millis(1);
/// How often a clock that is not paused is looked at.
const CHECK: Duration = Duration::from_secs(1);

/// Runs until the simulator is dropped. It does nothing while the clock is not paused.
pub(super) async fn keep_pace(shared: Weak<Shared>) {
    let mut interval = FIRST_CHECK;
    loop {
        let started = Instant::now();
        tokio::time::sleep(interval).await;
        // Time that is not paused passes as fast as that of the system.
        let is_paused = started.elapsed().saturating_mul(2) < interval;
        interval = if is_paused { TICK } else { CHECK };
        if is_paused && wait_until_quiet(&shared).await.is_none() {
            return;
        }
    }
}

/// Waits in real time until the simulator exchanged nothing for a while. `None` if it was dropped.
async fn wait_until_quiet(shared: &Weak<Shared>) -> Option<()> {
    loop {
        let before = shared.upgrade()?.activity();
        tokio::task::spawn_blocking(|| std::thread::sleep(QUIET)).await.ok()?;
        if shared.upgrade()?.activity() == before {
            return Some(());
        }
    }
}
