//! The objects of HAR 1.2, of which a file consists. Names that begin with `_` are ours: the format permits them.

use serde::{Deserialize, Deserializer, Serialize};

/// Declares objects. Members may be missing where a file is read, and are left out where they have no value.
macro_rules! objects {
    ($(
        $(#[$meta:meta])*
        object $name:ident {
            $( $(#[$field_meta:meta])* $field:ident: $type:ty, )*
        }
        $(optional { $( $(#[$option_meta:meta])* $option:ident: $option_type:ty, )+ })?
    )+) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        pub(super) struct $name {
            $(
                $(#[$field_meta])*
                #[serde(deserialize_with = "or_default")]
                pub(super) $field: $type,
            )*
            $( $(
                $(#[$option_meta])*
                #[serde(skip_serializing_if = "Option::is_none")]
                pub(super) $option: Option<$option_type>,
            )+ )?
        }
    )+};
}

objects! {
    object Har {
        log: Log,
    }

    object Log {
        version: String,
        creator: Creator,
        entries: Vec<Entry>,
    }
    optional {
        comment: String,
    }

    object Creator {
        name: String,
        version: String,
    }

    /// A request and its response.
    object Entry {
        started_date_time: String,
        /// The sum of the timings, in milliseconds.
        time: f64,
        request: Request,
        response: Response,
        cache: Cache,
        timings: Timings,
    }
    optional {
        #[serde(rename = "serverIPAddress")]
        server_ip_address: String,
        connection: String,
        comment: String,
        #[serde(rename = "_exchange")]
        exchange: u64,
        #[serde(rename = "_hop")]
        hop: u16,
        #[serde(rename = "_role")]
        role: String,
        #[serde(rename = "_tag")]
        tag: String,
        #[serde(rename = "_serverPort")]
        server_port: u16,
        #[serde(rename = "_localAddress")]
        local_address: String,
        #[serde(rename = "_clientAddress")]
        client_address: String,
        #[serde(rename = "_reused")]
        reused: Reused,
        #[serde(rename = "_route")]
        route: Route,
        #[serde(rename = "_tls")]
        tls: Tls,
        #[serde(rename = "_certificate")]
        certificate: Certificate,
        #[serde(rename = "_informational")]
        informational: Vec<Informational>,
        #[serde(rename = "_decisions")]
        decisions: Vec<Decided>,
        #[serde(rename = "_error")]
        error: String,
        #[serde(rename = "_unfinished")]
        unfinished: bool,
    }

    object Request {
        method: String,
        url: String,
        http_version: String,
        cookies: Vec<Cookie>,
        headers: Vec<Pair>,
        query_string: Vec<Pair>,
        headers_size: Size,
        body_size: Size,
    }
    optional {
        post_data: PostData,
        #[serde(rename = "_trailers")]
        trailers: Vec<Pair>,
    }

    object Response {
        status: u16,
        status_text: String,
        http_version: String,
        cookies: Vec<Cookie>,
        headers: Vec<Pair>,
        content: Content,
        #[serde(rename = "redirectURL")]
        redirect_url: String,
        headers_size: Size,
        body_size: Size,
    }
    optional {
        #[serde(rename = "_trailers")]
        trailers: Vec<Pair>,
        /// Why there is no whole response; Chromium uses the same name.
        #[serde(rename = "_error")]
        error: String,
    }

    /// A name and a value.
    object Pair {
        name: String,
        value: String,
    }

    object Cookie {
        name: String,
        value: String,
    }
    optional {
        path: String,
        domain: String,
        expires: String,
        http_only: bool,
        secure: bool,
        #[serde(rename = "_sameSite")]
        same_site: String,
    }

    object PostData {
        mime_type: String,
    }
    optional {
        text: String,
        /// As in `content`. Playwright reads it; it is not a part of HAR 1.2.
        encoding: String,
        comment: String,
    }

    object Content {
        size: Size,
        mime_type: String,
    }
    optional {
        compression: i64,
        text: String,
        encoding: String,
        comment: String,
    }

    /// There is no cache.
    object Cache {}

    /// Durations in milliseconds; -1 for what does not apply.
    object Timings {
        blocked: Time,
        dns: Time,
        connect: Time,
        ssl: Time,
        send: Time,
        wait: Time,
        receive: Time,
    }

    object Reused {
        age: f64,
        requests: u64,
    }

    object Route {
        via: String,
        why: String,
    }
    optional {
        proxy: String,
    }

    object Tls {
    }
    optional {
        version: String,
        cipher: String,
        key_exchange: String,
        protocol: String,
        handshake: String,
        server_name: String,
    }

    object Certificate {
        accepted: bool,
        subject: String,
        issuer: String,
        names: String,
        not_before: String,
        not_after: String,
    }
    optional {
        sha256: String,
    }

    object Informational {
        status: u16,
        status_text: String,
        headers: Vec<Pair>,
    }

    object Decided {
        about: String,
        outcome: String,
        why: String,
        facts: Vec<Pair>,
    }
}

/// Reads a value, or the default of its type from null, which some programs write.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    reader: D,
) -> Result<T, D::Error> {
    Option::deserialize(reader).map(Option::unwrap_or_default)
}

/// A number of bytes; -1 if it is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "f64")]
pub(super) struct Size(pub(super) i64);

/// A duration in milliseconds; -1 if it does not apply.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "f64")]
pub(super) struct Time(pub(super) f64);

impl Default for Size {
    fn default() -> Self {
        Self(-1)
    }
}

impl Default for Time {
    fn default() -> Self {
        Self(-1.0)
    }
}

impl From<f64> for Size {
    /// Other programs write sizes as fractions.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a number out of range becomes the nearest"
    )]
    fn from(size: f64) -> Self {
        Self(size as i64)
    }
}

impl From<f64> for Time {
    fn from(time: f64) -> Self {
        Self(time)
    }
}

impl From<Option<u64>> for Size {
    fn from(size: Option<u64>) -> Self {
        Self(size.and_then(|size| size.try_into().ok()).unwrap_or(-1))
    }
}
