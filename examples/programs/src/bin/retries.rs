//! Retries: asks again while the server is busy, as late as it asks for, and says so.
//!
//! ```text
//! cargo run -p limpid-programs --bin retries -- http://localhost:8000/busy
//! ```

use std::error::Error;
use std::time::Duration;

use limpid_sinks::LineSink;
use limpid_std::{Client, RetryPolicy};

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: retries URL")?;
    let policy = RetryPolicy::with(|policy| {
        policy.most = 3;
        policy.delay = Duration::from_millis(200);
        // A server that asks for more is not waited for.
        policy.max_retry_after = Some(Duration::from_secs(10));
    });
    // One line for each response, also for those that are not the last.
    let client = Client::builder().retries(policy).sink(LineSink::stderr()).build();
    let response = client.get(&url).send()?.error_for_status()?;
    println!("{}", response.text()?);
    Ok(())
}
