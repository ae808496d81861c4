//! A login that a cookie keeps: sends a form, follows the redirect, and asks again as the same user.
//!
//! ```text
//! cargo run -p limpid-programs --bin cookies -- http://localhost:8000
//! ```

use std::error::Error;

use limpid_std::{Client, CookieJar};

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: cookies URL")?;
    let url = url.trim_end_matches('/');
    let jar = CookieJar::new();
    let client = Client::builder().cookies(jar.clone()).redirects(5).build();
    let stranger = client.get(&format!("{url}/me")).send()?;
    println!("{}: {}", stranger.status(), stranger.text()?);
    let login = client.post(&format!("{url}/login")).form(&[("user", "ada")]).send()?;
    println!("{}: {}", login.status(), login.text()?);
    let user = client.get(&format!("{url}/me")).send()?;
    println!("{}: {}", user.status(), user.text()?);
    // The jar can be saved, as curl saves its own or as JSON.
    for cookie in jar.cookies() {
        println!("{} of {}", cookie.name, cookie.domain);
    }
    Ok(())
}
