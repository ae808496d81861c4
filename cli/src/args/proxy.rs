//! The arguments about proxies.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use limpid_core::client::ProxyError;
use limpid_io::{ClientBuilder, NoProxy, Proxy, Settings};

use super::field::HeaderArg;

#[derive(Debug, Args)]
#[command(next_help_heading = "Proxies")]
pub(crate) struct ProxyArgs {
    /// Send every request through this proxy: http, https, socks5 or socks5h; with '', none [default:
    /// that of the environment]
    #[arg(short = 'x', long = "proxy", value_name = "URL", overrides_with_all = ["socks5", "socks5_hostname", "proxy10"])]
    proxy: Option<ProxyArg>,
    /// Send every request through this proxy, which is sent CONNECT with HTTP/1.0
    #[arg(long = "proxy1.0", value_name = "HOST[:PORT]", overrides_with_all = ["proxy", "socks5", "socks5_hostname"])]
    proxy10: Option<ProxyArg>,
    /// Send requests to http URLs through a tunnel of the proxy too, as those to https URLs
    #[arg(short = 'p', long)]
    proxytunnel: bool,
    /// Add a field to CONNECT and to requests that the proxy forwards, or those of FILE; may be repeated
    #[arg(long, value_name = "NAME: VALUE|@FILE")]
    pub(crate) proxy_header: Vec<HeaderArg>,
    /// Authenticate to the proxy
    #[arg(short = 'U', long, value_name = "USER:PASSWORD")]
    proxy_user: Option<String>,
    /// Send every request through this SOCKS5 proxy
    #[arg(long, value_name = "HOST[:PORT]", overrides_with_all = ["proxy", "socks5_hostname", "proxy10"])]
    socks5: Option<String>,
    /// Send every request through this SOCKS5 proxy, as --socks5 does: the proxy resolves names in any case
    #[arg(long, value_name = "HOST[:PORT]", overrides_with_all = ["proxy", "socks5", "proxy10"])]
    socks5_hostname: Option<String>,
    /// Trust only the certificates in this PEM file for https proxies
    #[arg(long, value_name = "FILE")]
    proxy_cacert: Option<PathBuf>,
    /// Connect to these hosts without a proxy: names, addresses, networks, or * [default: those of the
    /// environment]
    #[arg(long, value_name = "LIST")]
    noproxy: Option<String>,
}

impl ProxyArgs {
    /// Applies these arguments to a client, but for the fields, and the environment where they are missing.
    pub(super) fn set(
        &self,
        builder: ClientBuilder<Settings>,
    ) -> Result<ClientBuilder<Settings>, String> {
        let builder = builder
            .trust_environment()
            .map_err(|error| error.to_string())?
            .proxy_tunnel(self.proxytunnel)
            .proxy_http10(self.proxy10.is_some());
        let mut builder = match self.proxy()? {
            Given::Default => builder,
            Given::Nothing => builder.without_proxy(),
            Given::Proxy(proxy) => builder.proxy(proxy),
        };
        if let Some(file) = &self.proxy_cacert {
            builder = builder.proxy_ca_file(file);
        }
        if let Some(hosts) = &self.noproxy {
            builder = builder.no_proxy(NoProxy::from(hosts.as_str()));
        }
        Ok(builder)
    }
}

/// Which proxy the arguments name.
enum Given {
    /// That of the environment.
    Default,
    /// None.
    Nothing,
    Proxy(Proxy),
}

impl ProxyArgs {
    /// Returns the proxy, with the credentials of `-U`.
    fn proxy(&self) -> Result<Given, String> {
        let socks = self.socks5.as_ref().or(self.socks5_hostname.as_ref());
        let text = match (self.proxy.as_ref().or(self.proxy10.as_ref()), socks) {
            (_, Some(host)) => ["socks5h://", host].concat(),
            (Some(ProxyArg(text)), None) if text.is_empty() => return Ok(Given::Nothing),
            (Some(ProxyArg(text)), None) => text.clone(),
            (None, None) => return Ok(Given::Default),
        };
        let text = match &self.proxy_user {
            Some(user) => with_user(&text, user),
            None => text,
        };
        text.parse().map(Given::Proxy).map_err(|error: ProxyError| error.to_string())
    }
}

/// Returns the URL of a proxy with these credentials instead of its own.
fn with_user(text: &str, user: &str) -> String {
    let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let encoded: String = user
        .bytes()
        .map(|byte| match byte {
            b':' => ":".to_owned(),
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    format!("{scheme}://{encoded}@{host}")
}

/// The value of `-x`: the URL of a proxy, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ProxyArg(String);

impl FromStr for ProxyArg {
    type Err = ProxyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.is_empty() {
            text.parse::<Proxy>()?;
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_of_a_proxy_replaces_that_of_its_url() {
        assert_eq!(with_user("http://h:1", "me:p@w"), "http://me:p%40w@h:1");
        assert_eq!(with_user("you:pw@h:1", "me"), "http://me@h:1");
    }
}
