//! Authentication: Basic for the first URL, a token for the second.
//!
//! ```text
//! cargo run -p limpid-programs --bin auth -- http://localhost:8000/basic-auth/me/secret http://localhost:8000/bearer
//! ```

use std::error::Error;

use limpid_std::{Client, ClientBuilder};

fn main() -> Result<(), Box<dyn Error>> {
    let mut urls = std::env::args().skip(1);
    let (Some(basic), Some(bearer)) = (urls.next(), urls.next()) else {
        return Err("usage: auth URL URL".into());
    };
    let client: Client = ClientBuilder::default().user_agent("auth-example/1.0").build();
    for request in [
        client.get(&basic).basic_auth("me", Some("secret")),
        client.get(&basic).basic_auth("me", None::<&str>),
        client.get(&bearer).bearer_auth("a-token"),
    ] {
        match request.send()?.error_for_status() {
            Ok(response) => println!("{}: {}", response.status(), response.url()),
            Err(error) => println!("{error}"),
        }
    }
    Ok(())
}
