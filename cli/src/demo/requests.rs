//! Further requests of the demonstration, for views of several.

use std::net::TcpListener;
use std::thread;

use limpid_std::{Client, Error};

/// Requests what a view can show: a redirect, connections that are reused and opened side by side, a slow response, a form,
/// a status that reports an error, and a port that refuses.
///
/// # Errors
/// A request fails that should not.
pub(super) fn run(client: &Client, port: u16) -> Result<(), Error> {
    let origin = format!("https://localhost:{port}");
    let get = |path: &str| client.get(&format!("{origin}{path}")).send()?.bytes().map(drop);
    get("/old")?;
    thread::scope(|scope| {
        let others = ["/large", "/new?page=2"].map(|path| scope.spawn(move || get(path)));
        let slow = get("/slow");
        others.into_iter().fold(slow, |all, other| all.and(other.join().unwrap_or(Ok(()))))
    })?;
    let form = client.request("POST", &format!("{origin}/form"));
    form.header("Content-Type", "application/x-www-form-urlencoded")
        .body("greeting=hello&token=secret")
        .send()?
        .bytes()?;
    get("/missing")?;
    // The port is free again when the listener has been dropped.
    let refusing = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    if let Ok(address) = refusing {
        let refused = client.get(&format!("http://{address}/")).send();
        debug_assert!(refused.is_err(), "the port is closed");
    }
    Ok(())
}
