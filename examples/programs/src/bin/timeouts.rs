//! Timeouts of a request: the same slow page, with more and with less patience.
//!
//! ```text
//! cargo run -p limpid-programs --bin timeouts -- http://localhost:8000/delay/1
//! ```

use std::error::Error;
use std::time::Duration;

use limpid_tokio::Client;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: timeouts URL")?;
    // Without a setting, it waits five seconds for each step.
    let client = Client::new();
    let patient = client.get(&url).timeout(Duration::from_secs(30));
    println!("{}", patient.send().await?.status());
    let hasty = client.get(&url).read_timeout(Duration::from_millis(100));
    match hasty.send().await {
        Err(error) if error.is_timeout() => println!("too slow: {error}"),
        other => println!("{}", other?.status()),
    }
    Ok(())
}
