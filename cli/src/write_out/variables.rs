//! The variables of `-w`, under curl's names.

use std::borrow::Cow;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use limpid_core::client::Timings;
use limpid_core::http1::Version;

use super::transfer::{Head, Transfer};

/// The format of a variable.
pub(super) enum Shown<'f> {
    Nothing,
    Text(Cow<'f, str>),
    Number(u64),
    /// A status code, with three digits.
    Code(u16),
    /// Seconds, with six decimals.
    Seconds(Duration),
}

type Variable = fn(&Transfer) -> Shown<'_>;

/// Every supported variable, in the order of curl's `%{json}`.
pub(super) const VARIABLES: [(&str, Variable); 42] = [
    ("content_type", |transfer| bytes(transfer.field("Content-Type"))),
    ("errormsg", |transfer| text(transfer.error.as_deref())),
    ("exitcode", |transfer| Shown::Number(transfer.exit.map_or(0, |exit| u64::from(exit as u8)))),
    ("filename_effective", |transfer| text(transfer.filename.as_deref())),
    ("ftp_entry_path", |_| Shown::Nothing),
    ("http_code", status),
    ("http_connect", |_| Shown::Code(0)),
    ("http_version", |transfer| {
        text(Some(match transfer.response.as_ref().map(|head| head.version) {
            None => "0",
            Some(Version::HTTP_10) => "1.0",
            Some(_) => "1.1",
        }))
    }),
    ("local_ip", |transfer| ip(transfer, |head| head.local)),
    ("local_port", |transfer| port(transfer, |head| head.local)),
    ("method", |transfer| text(Some(&transfer.method))),
    ("num_connects", |transfer| Shown::Number(transfer.timings.connections.into())),
    ("num_headers", |transfer| {
        Shown::Number(
            transfer.response.as_ref().map_or(0, |head| head.fields.fields().len() as u64),
        )
    }),
    ("num_redirects", |transfer| Shown::Number(transfer.timings.redirects.into())),
    ("num_retries", |transfer| {
        let Timings { connect_retries, retries, .. } = transfer.timings;
        Shown::Number(u64::from(connect_retries) + u64::from(retries))
    }),
    ("proxy_ssl_verify_result", |_| Shown::Number(0)),
    ("redirect_url", |transfer| {
        text(transfer.response.as_ref().and_then(|head| head.redirect.as_deref()))
    }),
    ("referer", |transfer| text(transfer.referer.as_deref())),
    ("remote_ip", |transfer| ip(transfer, |head| head.remote)),
    ("remote_port", |transfer| port(transfer, |head| head.remote)),
    ("response_code", status),
    ("scheme", |transfer| text(transfer.response.as_ref().map(|head| head.scheme))),
    ("size_download", |transfer| Shown::Number(transfer.sizes.response_body)),
    ("size_header", |transfer| Shown::Number(transfer.sizes.response_heads)),
    ("size_request", |transfer| {
        Shown::Number(transfer.sizes.request_heads + transfer.sizes.request_body)
    }),
    ("size_upload", |transfer| Shown::Number(transfer.sizes.request_body)),
    ("speed_download", |transfer| speed(transfer, transfer.sizes.response_body)),
    ("speed_upload", |transfer| speed(transfer, transfer.sizes.request_body)),
    ("ssl_verify_result", |transfer| Shown::Number(transfer.verify_result)),
    ("time_appconnect", |transfer| Shown::Seconds(transfer.points()[2])),
    ("time_connect", |transfer| Shown::Seconds(transfer.points()[1])),
    ("time_namelookup", |transfer| Shown::Seconds(transfer.points()[0])),
    ("time_posttransfer", |transfer| Shown::Seconds(transfer.points()[3])),
    ("time_pretransfer", |transfer| Shown::Seconds(transfer.ready())),
    ("time_queue", |transfer| Shown::Seconds(transfer.timings.pool.unwrap_or_default())),
    ("time_redirect", |transfer| Shown::Seconds(transfer.timings.redirect.unwrap_or_default())),
    ("time_starttransfer", |transfer| Shown::Seconds(transfer.points()[4])),
    ("time_total", |transfer| Shown::Seconds(transfer.timings.total)),
    ("url", |transfer| text(Some(&transfer.url))),
    ("url_effective", |transfer| {
        text(Some(transfer.response.as_ref().map_or(transfer.url.as_str(), |head| &head.url)))
    }),
    ("urlnum", |transfer| Shown::Number(transfer.number)),
    ("limpid_version", |_| text(Some(env!("CARGO_PKG_VERSION")))),
];

fn text(value: Option<&str>) -> Shown<'_> {
    value.map_or(Shown::Nothing, |value| Shown::Text(Cow::Borrowed(value)))
}

fn bytes(value: Option<&[u8]>) -> Shown<'_> {
    value.map_or(Shown::Nothing, |value| Shown::Text(String::from_utf8_lossy(value)))
}

fn status(transfer: &Transfer) -> Shown<'_> {
    Shown::Code(transfer.response.as_ref().map_or(transfer.last_status, |head| head.status))
}

fn ip(transfer: &Transfer, address: fn(&Head) -> Option<SocketAddr>) -> Shown<'_> {
    let ip = transfer.response.as_ref().and_then(address).map(|address| address.ip().to_string());
    Shown::Text(Cow::Owned(ip.unwrap_or_default()))
}

fn port(transfer: &Transfer, address: fn(&Head) -> Option<SocketAddr>) -> Shown<'_> {
    let port = transfer.response.as_ref().and_then(address).map_or(0, |address| address.port());
    Shown::Number(port.into())
}

/// Returns bytes per second.
fn speed(transfer: &Transfer, bytes: u64) -> Shown<'_> {
    let micros = transfer.timings.total.as_micros().max(1);
    let speed = u128::from(bytes) * 1_000_000 / micros;
    Shown::Number(u64::try_from(speed).unwrap_or(u64::MAX))
}

/// Writes `%{json}`: every variable, as an object on one line.
pub(super) fn write_json(transfer: &Transfer, out: &mut Vec<u8>) -> io::Result<()> {
    let mut separator = '{';
    for (name, value) in VARIABLES {
        write!(out, "{separator}\"{name}\":")?;
        separator = ',';
        match value(transfer) {
            Shown::Nothing => out.extend_from_slice(b"null"),
            Shown::Text(text) => serde_json::to_writer(&mut *out, &text)?,
            Shown::Number(number) => write!(out, "{number}")?,
            Shown::Code(code) => write!(out, "{code}")?,
            Shown::Seconds(time) => write!(out, "{:.6}", time.as_secs_f64())?,
        }
    }
    out.push(b'}');
    Ok(())
}

/// Writes `%{header_json}`: the fields of the response by lowercase names, each with all its values.
pub(super) fn write_json_fields(transfer: &Transfer, out: &mut Vec<u8>) -> io::Result<()> {
    let mut fields: Vec<(String, Vec<String>)> = Vec::new();
    for field in transfer.response.iter().flat_map(|head| head.fields.fields().iter()) {
        let name = String::from_utf8_lossy(field.name).to_ascii_lowercase();
        let value = String::from_utf8_lossy(field.value).into_owned();
        match fields.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => fields.push((name, vec![value])),
        }
    }
    out.push(b'{');
    for (index, (name, values)) in fields.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(b",\n");
        }
        serde_json::to_writer(&mut *out, name)?;
        out.push(b':');
        serde_json::to_writer(&mut *out, values)?;
    }
    out.extend_from_slice(b"\n}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsent_request_has_zeros() {
        let transfer = Transfer::new("http://a/", 1, "GET");
        let mut json = Vec::new();
        write_json(&transfer, &mut json).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json.as_object().unwrap().len(), VARIABLES.len());
        assert_eq!((&json["http_code"], &json["urlnum"]), (&0.into(), &1.into()));
        assert_eq!(json["url_effective"], "http://a/");
        assert!(json["content_type"].is_null());
        assert_eq!(json["time_connect"].as_f64(), Some(0.0));
    }
}
