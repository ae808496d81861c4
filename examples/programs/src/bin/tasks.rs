//! A hundred tasks over four connections, whose number the pool limits.
//!
//! ```text
//! cargo run -p limpid-programs --bin tasks -- http://localhost:8000/get
//! ```

use std::collections::HashSet;
use std::error::Error;

use limpid_tokio::{Client, PoolLimits};
use tokio::task::JoinSet;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: tasks URL")?;
    let limits = PoolLimits::with(|limits| limits.connections = 4);
    // The last task waits for the others.
    let client = Client::builder().pool(limits).pool_timeout(None).build();
    let mut tasks = JoinSet::new();
    for number in 0..100 {
        let request = client.get(&format!("{url}?number={number}")).tag(number.to_string());
        let request = request.prepare()?;
        let client = client.clone();
        tasks.spawn(async move {
            let response = client.send(&request).await?;
            let port = response.local_addr().map(|address| address.port());
            response.bytes().await.map(|_| port)
        });
    }
    let mut ports = HashSet::new();
    let mut done = 0;
    while let Some(result) = tasks.join_next().await {
        ports.insert(result??);
        done += 1;
    }
    println!("{done} requests over {} connections", ports.len());
    Ok(())
}
