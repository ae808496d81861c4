//! What the server prints about itself, on standard error.

use std::net::SocketAddr;

use super::handler::Reply;
use super::tls::Tls;
use crate::interrupts::say;
use crate::printable::{Printable, quoted};

/// The name of the command in its messages.
pub(super) const NAME: &str = "serve";

/// Prints where the server listens, and how to use it.
pub(super) fn print(listens: SocketAddr, reply: &Reply, tls: Option<&Tls>) {
    let scheme = if tls.is_some() { "https" } else { "http" };
    let what = match reply {
        Reply::Files(_, directory) => {
            let directory = directory.as_os_str().as_encoded_bytes();
            format!("serving the files of {}", Printable(directory))
        }
        Reply::Echo { .. } => "answering with what is received".into(),
        Reply::Status(status) => format!("answering with {status}"),
    };
    say(NAME, &format!("listening on {scheme}://{listens}/, {what}"));
    if let Some(identity) = tls.and_then(|tls| tls.made.as_ref()) {
        let file = identity.authority_file().display().to_string();
        let file = quoted(&Printable(file.as_bytes()).to_string());
        let port = listens.port();
        say(
            NAME,
            &format!(
                "the authority that clients have to trust is in {file}, such as\n  curl --cacert {file} \
                 https://localhost:{port}/"
            ),
        );
    }
    if !listens.ip().to_canonical().is_loopback() {
        say(NAME, &format!("every machine that reaches {listens} can use this server"));
    }
}
