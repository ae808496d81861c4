//! A form and a query: sends the pairs of a form, and others in the URL.
//!
//! ```text
//! cargo run -p limpid-programs --bin form -- http://localhost:8000/anything
//! ```

use std::error::Error;

use limpid_std::Client;

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: form URL")?;
    let response = Client::new()
        .post(&url)
        .query(&[("page", "2"), ("sort", "name & age")])
        .form(&[("comment", "50 % of 1 + 1"), ("name", "Zoë")])
        .send()?;
    println!("{}", response.error_for_status()?.text()?);
    Ok(())
}
