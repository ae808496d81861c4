//! Streaming both ways: sends standard input while it arrives, and prints the response while it arrives.
//!
//! ```text
//! cargo run -p limpid-programs --bin streaming -- http://localhost:8000/pipe
//! ```

use std::error::Error;

use limpid_tokio::{Body, Client};
use tokio::io::{copy, stdin, stdout};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: streaming URL")?;
    // Neither side has to send something within some seconds.
    let client = Client::builder().read_timeout(None).build();
    let body = Body::reader(stdin(), None);
    // The head of the response may arrive while the body is being sent, which then goes on.
    let response = client.post(&url).body(body).send().await?;
    copy(&mut response.into_body(), &mut stdout()).await?;
    Ok(())
}
