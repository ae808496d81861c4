//! The interface of the command to both drivers.

use std::io;
use std::net::SocketAddr;
use std::str::FromStr;

use limpid_core::client::Url;
use limpid_core::fields::Fields;
use limpid_core::http1::Version;
use limpid_core::trace::ExchangeId;
use limpid_io::{Error, Settings, Sizes, Timings};
use tokio::runtime::{Builder, Runtime};

use crate::heads::Heads;
use crate::payload::{Payload, Sent};

/// Which driver is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Driver {
    /// Blocking calls.
    Std,
    /// tokio, in one thread.
    Tokio,
}

impl FromStr for Driver {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "std" => Ok(Self::Std),
            "tokio" => Ok(Self::Tokio),
            _ => Err("the drivers are std and tokio"),
        }
    }
}

/// A request that is sent over either driver.
#[derive(Clone)]
pub(crate) struct Draft<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    /// The request target, if it is not that of the URL.
    pub(crate) target: Option<&'a str>,
    /// Whether it is a request of HTTP/1.0.
    pub(crate) is_http10: bool,
    pub(crate) fields: Vec<(&'a str, Vec<u8>)>,
    /// The names of fields that would be added, and are not to be.
    pub(crate) removed: Vec<&'a str>,
    pub(crate) body: Option<Payload>,
    /// What the length of each piece of the body that is sent is passed to.
    pub(crate) sent: Option<Sent>,
}

impl<'a> Draft<'a> {
    /// Returns whether there is a field of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(given, _)| given.eq_ignore_ascii_case(name))
    }

    /// Returns the request without the fields of this name.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(given, _)| !given.eq_ignore_ascii_case(name));
        self
    }

    /// Authenticates by this value, although the field is not added by itself.
    pub(crate) fn add_credentials(&mut self, value: Vec<u8>) {
        self.removed.retain(|name| !name.eq_ignore_ascii_case("Authorization"));
        self.add("Authorization", value);
    }

    /// Adds a field, unless there is one of this name or the field was removed.
    pub(crate) fn add(&mut self, name: &'a str, value: Vec<u8>) {
        let mut names = self.fields.iter().map(|(given, _)| given).chain(&self.removed);
        if !names.any(|given| given.eq_ignore_ascii_case(name)) {
            self.fields.push((name, value));
        }
    }
}

/// A client of either driver.
pub(crate) enum Client {
    Std(limpid_std::Client),
    Tokio(limpid_tokio::Client, Runtime),
}

/// A response of either driver.
pub(crate) enum Response<'c> {
    Std(limpid_std::Response),
    Tokio(limpid_tokio::Response, &'c Runtime),
}

/// The body of a response of either driver.
pub(crate) enum Body<'c> {
    Std(limpid_std::ResponseBody),
    Tokio(limpid_tokio::Response, &'c Runtime),
}

/// Sets up a request; the builders of both drivers have the same methods.
macro_rules! request {
    ($client:expr, $draft:expr, $heads:expr, $body:expr) => {{
        let mut request = $client.request($draft.method, $draft.url);
        for (name, value) in $draft.fields {
            request = request.header(name, value);
        }
        for name in $draft.removed {
            request = request.without_header(name);
        }
        if $draft.is_http10 {
            request = request.http10();
        }
        if let Some(target) = $draft.target {
            request = request.target(target);
        }
        request = request.on_informational(|head| $heads.push(head));
        request = request.on_redirect(|head| $heads.push(head));
        if let Some(payload) = $draft.body {
            request = match payload.as_bytes() {
                Some(bytes) if $draft.sent.is_none() => request.body(bytes),
                _ => request.body($body(&payload, $draft.sent.as_ref())),
            };
        }
        request
    }};
}

/// Forwards methods of both responses.
macro_rules! of_both {
    ($( $name:ident: $kind:ty, )+) => {
        impl Response<'_> {
            $( pub(crate) fn $name(&self) -> $kind {
                match self {
                    Self::Std(response) => response.$name(),
                    Self::Tokio(response, _) => response.$name(),
                }
            } )+
        }
    };
}

of_both! {
    status: u16,
    version: Version,
    reason: &[u8],
    fields: Fields<'_>,
    url: &Url,
    local_addr: Option<SocketAddr>,
    remote_addr: Option<SocketAddr>,
    exchange_id: ExchangeId,
    timings: Timings,
    sizes: Sizes,
}

impl Client {
    /// Returns a client with these settings.
    ///
    /// # Errors
    /// The driver's runtime cannot be started.
    pub(crate) fn new(driver: Driver, settings: Settings) -> io::Result<Self> {
        Ok(match driver {
            Driver::Std => Self::Std(settings.into()),
            Driver::Tokio => {
                Self::Tokio(settings.into(), Builder::new_current_thread().enable_all().build()?)
            }
        })
    }

    /// Sends a request, and waits for the head of the response.
    ///
    /// The heads that precede it are added to `heads`.
    ///
    /// # Errors
    /// The request is invalid, or the exchange failed.
    pub(crate) fn send(&self, draft: Draft<'_>, heads: &Heads) -> Result<Response<'_>, Error> {
        match self {
            Self::Std(client) => request!(client, draft, heads, std_body).send().map(Response::Std),
            Self::Tokio(client, runtime) => runtime
                .block_on(request!(client, draft, heads, tokio_body).send())
                .map(|response| Response::Tokio(response, runtime)),
        }
    }
}

/// Returns the body of a request for the blocking driver.
fn std_body(payload: &Payload, sent: Option<&Sent>) -> limpid_std::Body {
    let (reader, length) = (|| payload.reader(sent.cloned()), payload.length());
    match payload.is_live() {
        true => limpid_std::Body::reader(reader(), length),
        false => limpid_std::Body::seekable(reader(), length)
            .unwrap_or_else(|_| limpid_std::Body::reader(reader(), length)),
    }
}

/// Returns the body of a request for the asynchronous driver.
fn tokio_body(payload: &Payload, sent: Option<&Sent>) -> limpid_tokio::Body {
    limpid_tokio::Body::pieces(payload.reader(sent.cloned()), payload.length())
}

impl<'c> Response<'c> {
    /// Returns the body, to be read piece by piece.
    pub(crate) fn into_body(self) -> Body<'c> {
        match self {
            Self::Std(response) => Body::Std(response.into_body()),
            Self::Tokio(response, runtime) => Body::Tokio(response, runtime),
        }
    }
}

impl Body<'_> {
    /// Returns the trailers, after the end of the body.
    pub(crate) fn trailers(&self) -> Fields<'_> {
        match self {
            Self::Std(body) => body.trailers(),
            Self::Tokio(response, _) => response.trailers(),
        }
    }

    /// Returns the timings, and how many bytes were sent and received.
    pub(crate) fn totals(&self) -> (Timings, Sizes) {
        match self {
            Self::Std(body) => (body.timings(), body.sizes()),
            Self::Tokio(response, _) => (response.timings(), response.sizes()),
        }
    }

    /// Returns the next bytes, or `None` at the end.
    ///
    /// # Errors
    /// The exchange failed before the body was complete.
    pub(crate) fn next_piece(&mut self) -> Result<Option<&[u8]>, Error> {
        match self {
            Self::Std(body) => body.next_piece(),
            Self::Tokio(response, runtime) => runtime.block_on(response.next_piece()),
        }
    }
}
