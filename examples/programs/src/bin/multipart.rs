//! A form with files: sends a text, a file that is read while it is sent, and a part from memory.
//!
//! ```text
//! cargo run -p limpid-programs --bin multipart -- http://localhost:8000/upload FILE
//! ```

use std::error::Error;

use limpid_tokio::Client;
use limpid_tokio::multipart::{Form, Part};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: multipart URL FILE";
    let (url, file) = (arguments.next().ok_or(usage)?, arguments.next().ok_or(usage)?);
    let form = Form::new()
        .text("title", "Holidays")
        .file("photo", &file)?
        .part("notes", Part::bytes("sun, sea").file_name("notes.txt"));
    let response = Client::new().post(&url).multipart(form).send().await?;
    println!("{}", response.error_for_status()?.text().await?);
    Ok(())
}
