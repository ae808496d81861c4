//! What the proxy prints about itself, on standard error.

use std::fmt::Write as _;
use std::net::SocketAddr;

use super::authority::Authority;
use crate::args::TapArgs;
use crate::interrupts::say;
use crate::printable::{Printable, quoted};

/// The name of the command in its messages.
pub(super) const NAME: &str = "tap";

/// Prints where the proxy listens, and how to use it.
pub(super) fn print(args: &TapArgs, listens: SocketAddr, authority: Option<&Authority>) {
    let proxy = format!("http://{listens}");
    match (&args.to, authority) {
        (Some(to), _) => say(NAME, &format!("listening on {proxy}, for {}", to.redacted())),
        (None, None) => say(
            NAME,
            &format!(
                "listening on {proxy}, for clients that name it as their proxy, such as\n  curl -x {proxy} \
             http://www.example.com/\nhttps passes unseen; with --ca DIR it can be read"
            ),
        ),
        (None, Some(authority)) => say(NAME, &trust(&proxy, authority)),
    }
    if !listens.ip().to_canonical().is_loopback() {
        say(NAME, &format!("every machine that reaches {listens} can use this proxy"));
    }
}

/// Returns how clients are made to trust the authority.
fn trust(proxy: &str, authority: &Authority) -> String {
    let file = authority.file().display().to_string();
    let file = quoted(&Printable(file.as_bytes()).to_string());
    let pin = authority.public_key_hash();
    let mut text = format!(
        "listening on {proxy}, for clients that name it as their proxy. It reads https with certificates of the \
         authority in {file}: who has the key beside it can read what those send that trust it. Trust it for the \
         clients that you look at, and not in the whole system:\n"
    );
    for (name, command) in [
        ("curl", format!("curl --cacert {file} -x {proxy} https://www.example.com/")),
        (
            "Python",
            format!(
                "SSL_CERT_FILE={file} REQUESTS_CA_BUNDLE={file} HTTPS_PROXY={proxy} python ..."
            ),
        ),
        (
            "Node",
            format!("NODE_EXTRA_CA_CERTS={file} NODE_USE_ENV_PROXY=1 HTTPS_PROXY={proxy} node ..."),
        ),
        (
            "Chromium",
            format!(
                "chromium --proxy-server={proxy} --ignore-certificate-errors-spki-list={pin} \
                 --user-data-dir=$(mktemp -d)"
            ),
        ),
    ] {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {name:<9} {command}");
    }
    text.truncate(text.trim_end().len());
    text
}
