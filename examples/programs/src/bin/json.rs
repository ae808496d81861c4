//! JSON both ways: sends a value, and prints a part of the answer.
//!
//! ```text
//! cargo run -p limpid-programs --bin json -- http://localhost:8000/anything
//! ```

use std::error::Error;

use limpid_std::Client;
use serde::{Deserialize, Serialize};

/// What is sent.
#[derive(Serialize)]
struct Order<'a> {
    item: &'a str,
    count: u32,
}

/// What is read of the answer, which may have more.
#[derive(Deserialize)]
struct Answer {
    json: serde_json::Value,
}

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: json URL")?;
    let order = Order { item: "crème brûlée", count: 2 };
    let answer: Answer =
        Client::new().post(&url).json(&order).send()?.error_for_status()?.json()?;
    println!("{}", answer.json);
    Ok(())
}
