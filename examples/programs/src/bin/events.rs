//! Server-sent events: prints each event as it arrives, until the server ends the response.
//!
//! ```text
//! cargo run -p limpid-programs --bin events -- http://localhost:8000/events
//! ```

use std::error::Error;
use std::io::BufRead;

use limpid_std::Client;

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: events URL")?;
    // The next event may be hours away.
    let client = Client::builder().read_timeout(None).build();
    let response = client.get(&url).header("Accept", "text/event-stream").send()?;
    let (mut kind, mut data) = (String::from("message"), Vec::new());
    for line in response.into_body().lines() {
        let line = line?;
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        match (name, value.strip_prefix(' ').unwrap_or(value)) {
            ("event", value) => kind = value.to_owned(),
            ("data", value) => data.push(value.to_owned()),
            // An empty line ends an event. One without data is dropped.
            ("", "") if line.is_empty() => {
                if !data.is_empty() {
                    println!("{kind}: {}", data.join("\n"));
                }
                (kind, data) = (String::from("message"), Vec::new());
            }
            _ => {}
        }
    }
    Ok(())
}
