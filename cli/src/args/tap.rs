//! The arguments of `limpid tap`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use limpid_core::client::Url;

use super::outputs::OutputArgs;
use super::seconds::Seconds;
use super::tls::TlsArgs;

/// The examples at the end of `limpid tap --help`.
const EXAMPLES: &str = "\
Examples:
  limpid tap --listen 127.0.0.1:8080 --to https://www.example.com
          then: curl http://127.0.0.1:8080/
  limpid tap --listen 127.0.0.1:8080
          then: curl -x http://127.0.0.1:8080 http://www.example.com/
  limpid tap --listen 127.0.0.1:8080 --ca ~/.limpid-tap
          then: curl --cacert ~/.limpid-tap/ca.pem -x http://127.0.0.1:8080 https://www.example.com/

Ctrl-C finishes the open exchanges; a second Ctrl-C stops at once.";

/// The arguments of `limpid tap`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TapArgs {
    /// Listen on this address: 127.0.0.1:8080, localhost:8080, or 8080 alone; only addresses of this machine
    /// itself are taken without --allow-remote
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Listen,
    /// Pass every request on to the server of this URL, below its path, with its host in the Host field;
    /// without --to, clients name the server, as with any proxy
    #[arg(long, value_name = "URL", value_parser = base)]
    pub(crate) to: Option<Url>,
    /// With --to, leave the Host field as the client sent it
    #[arg(long, requires = "to")]
    pub(crate) keep_host: bool,
    /// Read the https of tunnels too, with certificates of an authority in this directory, made there on
    /// first use; clients have to trust it
    #[arg(long, value_name = "DIR", conflicts_with = "to")]
    pub(crate) ca: Option<PathBuf>,
    /// Let other machines use the proxy: the address of --listen once more
    #[arg(long, value_name = "ADDRESS")]
    allow_remote: Option<Listen>,
    /// The name in Via, by which the proxy recognizes requests that it has passed on itself [default: limpid-
    /// and random digits]
    #[arg(long, value_name = "NAME", value_parser = pseudonym)]
    pub(crate) name: Option<String>,
    /// Limit on connecting to one address of a server, in seconds; 0 means no limit
    #[arg(long, value_name = "SECONDS", default_value = "5")]
    pub(crate) connect_timeout: Seconds,
    /// Limit on each wait for bytes of a server, in seconds; 0 means no limit
    #[arg(long, value_name = "SECONDS", default_value = "0")]
    pub(crate) read_timeout: Seconds,
    #[command(flatten)]
    pub(crate) outputs: OutputArgs,
    #[command(flatten)]
    pub(crate) tls: TlsArgs,
}

impl TapArgs {
    /// Checks how the arguments fit together, which clap does not.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.listen.check(self.allow_remote, "could use the proxy")
    }
}

/// An address to listen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listen(pub(crate) SocketAddr);

impl Listen {
    /// Checks that the address is one of this machine alone, or `remote` names it too. `could` is what other machines could
    /// do.
    pub(super) fn check(self, remote: Option<Self>, could: &str) -> Result<(), String> {
        let Self(listen) = self;
        match remote {
            Some(Self(other)) if other != listen => Err(format!(
                "--allow-remote names {other}, and --listen {listen}; write the same address twice"
            )),
            None if !listen.ip().to_canonical().is_loopback() => Err(format!(
                "other machines can reach {listen}, and {could}; to allow that, write the address \
                 twice: --listen {listen} --allow-remote {listen}"
            )),
            _ => Ok(()),
        }
    }
}

impl FromStr for Listen {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let port =
            text.strip_prefix("localhost:").or_else(|| text.strip_prefix(':')).unwrap_or(text);
        if let Ok(port) = port.parse() {
            return Ok(Self(SocketAddr::new(here, port)));
        }
        text.parse().map(Self).map_err(|_| "write an IP address and a port, such as 127.0.0.1:8080")
    }
}

/// Reads the URL of a server, below whose path requests are passed on.
fn base(text: &str) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|error| format!("{error}"))?;
    if url.target().contains('?') || url.fragment().is_some() || url.credentials().is_some() {
        return Err("write the URL without a user, a query and a fragment".into());
    }
    Ok(url)
}

/// Reads a name for the field Via: a token (RFC 9110 section 7.6.3).
fn pseudonym(text: &str) -> Result<String, &'static str> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    match !text.is_empty() && text.chars().all(is_token) {
        true => Ok(text.to_owned()),
        false => Err("write a name of letters, digits and hyphens"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listen(text: &str) -> Option<String> {
        text.parse().ok().map(|Listen(address)| address.to_string())
    }

    #[test]
    fn address_to_listen_on_is_loopback_unless_it_says_otherwise() {
        assert_eq!(listen("8080").as_deref(), Some("127.0.0.1:8080"));
        assert_eq!(listen(":8080").as_deref(), Some("127.0.0.1:8080"));
        assert_eq!(listen("localhost:0").as_deref(), Some("127.0.0.1:0"));
        assert_eq!(listen("[::1]:80").as_deref(), Some("[::1]:80"));
        assert_eq!(listen("0.0.0.0:80").as_deref(), Some("0.0.0.0:80"));
        for wrong in ["", "127.0.0.1", "example.com:80", "localhost", "80:80", "65536"] {
            assert_eq!(listen(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn server_to_pass_requests_to_has_no_query() {
        assert_eq!(base("http://a/b").unwrap().target(), "/b");
        for wrong in ["http://a/?b", "http://a/#b", "http://me@a/", "a"] {
            assert!(base(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn name_in_via_is_a_token() {
        assert!(pseudonym("tap-1").is_ok());
        assert!(pseudonym("").is_err() && pseudonym("a b").is_err() && pseudonym("a:1").is_err());
    }
}
