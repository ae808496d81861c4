//! What a row shows when it is opened.

use std::io::{self, Write};

use limpid_core::http1::Role;

use super::super::body::{as_text, decoded};
use super::super::row::{Row, Rows, words};
use super::super::units::{duration, size};
use super::bar::swatch;
use super::escape::{Lines, Text};
use crate::exchanges::{
    Body, Certificate, Connection, Decision, Failed, Field, Hop, Model, Negotiated, Request,
    Response, Slice,
};
use crate::hexdump::Dump;

/// The number of bytes of a body that are shown as text, or as hexadecimal numbers.
const MOST_TEXT: usize = 64 << 10;
const MOST_BINARY: usize = 2 << 10;

/// Writes the details of a row.
pub(super) fn write(
    model: &Model,
    row: &Row<'_>,
    rows: &Rows<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let hop = row.hop;
    writeln!(out, "<div class=\"more\">")?;
    if let Some(failed) = &hop.failed {
        error(failed, out)?;
    }
    writeln!(out, "<section>")?;
    request(hop, out)?;
    writeln!(out, "</section>\n<section>")?;
    response(hop, out)?;
    writeln!(out, "</section>\n<section>")?;
    times(row, rows, out)?;
    decisions("Decisions", &hop.decisions, out)?;
    writeln!(out, "</section>\n<section>")?;
    let connection = hop.connection.and_then(|id| model.connections.get(&id));
    match connection {
        Some(connection) => about(connection, hop, out)?,
        None => writeln!(out, "<h2>Connection</h2><p class=\"note\">None is known.</p>")?,
    }
    writeln!(out, "</section>\n</div>")
}

fn error(failed: &Failed, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<section class=\"wide error\" role=\"note\">Failed {}", Text(&failed.text))?;
    if !failed.excerpt.is_empty() {
        write!(out, "<code>{}</code>", Text(&failed.excerpt))?;
    }
    writeln!(out, "</section>")
}

fn request(hop: &Hop, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<h2>Request</h2>")?;
    let Some(Request { method, target, version, fields, size, .. }) = &hop.request else {
        return writeln!(out, "<p class=\"note\">It was not sent.</p>");
    };
    writeln!(out, "<p class=\"line\">{} {} {}</p>", Text(method), Text(target), Text(version))?;
    head(fields, *size, out)?;
    body("Request body", &hop.request_body, fields, out)
}

fn response(hop: &Hop, out: &mut dyn Write) -> io::Result<()> {
    for early in &hop.informational {
        writeln!(out, "<h2>Informational response</h2>")?;
        response_head(early, out)?;
    }
    writeln!(out, "<h2>Response</h2>")?;
    let Some(response) = &hop.response else {
        return writeln!(out, "<p class=\"note\">None was received.</p>");
    };
    response_head(response, out)?;
    body("Response body", &hop.response_body, &response.fields, out)
}

fn response_head(response: &Response, out: &mut dyn Write) -> io::Result<()> {
    let Response { version, status, reason, fields, size, .. } = response;
    writeln!(out, "<p class=\"line\">{} {status} {}</p>", Text(version), Text(reason))?;
    head(fields, *size, out)
}

fn head(fields: &[Field], bytes: u64, out: &mut dyn Write) -> io::Result<()> {
    pairs(fields.iter().map(|field| (&*field.name, &*field.value)), out)?;
    writeln!(out, "<p class=\"note\">{} of head</p>", size(bytes))
}

/// Writes names with values.
fn pairs<'p>(
    pairs: impl Iterator<Item = (&'p str, &'p str)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "<dl>")?;
    for (name, value) in pairs {
        writeln!(out, "<dt>{}</dt><dd>{}</dd>", Text(name), Text(value))?;
    }
    writeln!(out, "</dl>")
}

fn body(title: &str, body: &Body, fields: &[Field], out: &mut dyn Write) -> io::Result<()> {
    if body.size != Some(0) || !body.trailers.is_empty() {
        writeln!(out, "<h2>{title}</h2>")?;
        let mut note = match body.size {
            Some(bytes) => size(bytes),
            None => "of unknown size".to_owned(),
        };
        if let Some(decoded) = body.decoded.filter(|decoded| Some(*decoded) != body.size) {
            note.push_str(&format!(", {} decoded", size(decoded)));
        }
        if let Some(framing) = body.framing {
            note.push_str(&format!(", framing: {framing}"));
        }
        writeln!(out, "<p class=\"note\">{}</p>", Text(&note))?;
        bytes(title, body, fields, out)?;
    }
    if !body.trailers.is_empty() {
        writeln!(out, "<h2>Trailers</h2>")?;
        pairs(body.trailers.iter().map(|field| (&*field.name, &*field.value)), out)?;
    }
    Ok(())
}

/// Writes the bytes of a body, if they were captured.
fn bytes(title: &str, body: &Body, fields: &[Field], out: &mut dyn Write) -> io::Result<()> {
    let Some((bytes, _)) = decoded(body, fields) else { return Ok(()) };
    let text = as_text(&bytes);
    let most = if text.is_some() { MOST_TEXT } else { MOST_BINARY };
    // Long bodies can be scrolled, also with keys.
    let open = |class: &str| format!("<pre{class} tabindex=\"0\" aria-label=\"{title}\">");
    match text {
        Some(text) => {
            let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
            writeln!(out, "{}{}</pre>", open(""), Lines(&text[..end.unwrap_or(0)]))?;
        }
        None => {
            let mut dump = String::new();
            // Writing to a string does not fail.
            let _ = Dump { bytes: &bytes, offset: 0, most }.write(&mut dump);
            writeln!(out, "{}{}</pre>", open(" class=\"hex\""), Lines(dump.trim_matches('\n')))?;
        }
    }
    if bytes.len() > most && text.is_some() || !body.is_whole() {
        writeln!(out, "<p class=\"note\">The rest is left out.</p>")?;
    }
    Ok(())
}

fn times(row: &Row<'_>, rows: &Rows<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<h2>Time</h2>\n<dl class=\"times\">")?;
    let parts = &row.hop.parts;
    // A part that was interrupted at once has another slice.
    let is_shown = |slice: &&Slice| {
        !slice.time().is_zero() || parts.time(slice.part).is_some_and(|time| time.is_zero())
    };
    for slice in parts.slices().iter().filter(is_shown) {
        writeln!(
            out,
            "<dt>{}{}</dt><dd>{}</dd><dd>from {}</dd>",
            swatch(slice.part.name()),
            words(slice.part),
            duration(slice.time()),
            duration(slice.start.since(rows.start)),
        )?;
    }
    let from = duration(row.hop.started.since(rows.start));
    writeln!(out, "<dt>all</dt><dd>{}</dd><dd>from {from}</dd></dl>", duration(row.time()))
}

fn decisions(title: &str, decisions: &[Decision], out: &mut dyn Write) -> io::Result<()> {
    if decisions.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2>{title}</h2>\n<ul class=\"why\">")?;
    for decision in decisions {
        write!(out, "<li><b>{}</b>", Text(&decision.subject()))?;
        if !decision.outcome.is_empty() {
            write!(out, ": {}", Text(decision.outcome))?;
        }
        if !decision.why.is_empty() {
            write!(out, " — {}", Text(decision.why))?;
        }
        for (name, value) in &decision.facts {
            write!(out, " <span>{}={}</span>", Text(name), Text(value))?;
        }
        writeln!(out, "</li>")?;
    }
    writeln!(out, "</ul>")
}

/// Writes what is known of a connection.
fn about(connection: &Connection, hop: &Hop, out: &mut dyn Write) -> io::Result<()> {
    let mut facts: Vec<(&str, String)> = vec![("number", connection.id.0.to_string())];
    facts.push((
        "state",
        match hop.reuse {
            Some(reuse) => {
                let age = reuse
                    .age
                    .map_or_else(String::new, |age| format!(", open for {}", duration(age)));
                let plural = if reuse.requests == 1 { "" } else { "s" };
                format!("reused, after {} request{plural}{age}", reuse.requests)
            }
            None => "opened for this request".to_owned(),
        },
    ));
    if connection.role == Role::Server {
        facts.pop();
    }
    if let Some(route) = &connection.route {
        let proxy = route.proxy.as_ref().map_or_else(String::new, |proxy| format!(" {proxy}"));
        facts.push(("route", format!("{}{proxy} ({})", route.via, route.why)));
    }
    facts.extend(connection.found.clone().map(|found| ("found", found)));
    facts.extend(connection.unix_socket.clone().map(|path| ("Unix socket", path)));
    for dial in &connection.dials {
        let end = dial.ended.map_or_else(String::new, |end| duration(end.since(dial.started)));
        let failed = dial
            .failed
            .as_ref()
            .map_or_else(String::new, |failed| format!(", failed {}", failed.text));
        facts.push(("tried", format!("{} ({}), {end}{failed}", dial.address, dial.why)));
    }
    facts.extend(connection.local.map(|local| ("local address", local.to_string())));
    facts.extend(connection.peer.map(|peer| ("peer address", peer.to_string())));
    facts.extend(connection.why_closed.clone().map(|why| ("closed", why)));
    writeln!(out, "<h2>Connection</h2>")?;
    pairs(facts.iter().map(|(name, value)| (*name, &**value)), out)?;
    if let Some(failed) = connection.failed.as_ref().filter(|_| hop.failed.is_none()) {
        writeln!(out, "<p class=\"error\">Failed {}</p>", Text(&failed.text))?;
    }
    tunnel(connection, out)?;
    connection.tls.as_ref().map_or(Ok(()), |negotiated| tls(negotiated, out))?;
    connection.certificate.as_ref().map_or(Ok(()), |shown| certificate(shown, out))?;
    decisions("Decisions about the connection", &connection.decisions, out)
}

fn tunnel(connection: &Connection, out: &mut dyn Write) -> io::Result<()> {
    let Some(tunnel) = &connection.tunnel else { return Ok(()) };
    writeln!(out, "<h2>Tunnel</h2>")?;
    if let Some(request) = &tunnel.request {
        let (method, target) = (Text(&request.method), Text(&request.target));
        writeln!(out, "<p class=\"line\">{method} {target} {}</p>", Text(&request.version))?;
        pairs(request.fields.iter().map(|field| (&*field.name, &*field.value)), out)?;
    }
    tunnel.response.as_ref().map_or(Ok(()), |response| response_head(response, out))
}

fn tls(tls: &Negotiated, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<h2>TLS</h2>")?;
    let all = [
        ("version", &tls.version),
        ("cipher suite", &tls.cipher),
        ("key exchange", &tls.key_exchange),
        ("protocol (ALPN)", &tls.protocol),
        ("handshake", &tls.handshake),
        ("server name", &tls.server_name),
    ];
    pairs(all.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))), out)
}

fn certificate(certificate: &Certificate, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<h2>Certificate</h2>")?;
    let accepted = if certificate.accepted { "yes" } else { "no" };
    let all = [
        ("accepted", accepted),
        ("subject", &certificate.subject),
        ("issuer", &certificate.issuer),
        ("names", &certificate.names),
        ("valid from", &certificate.not_before),
        ("valid until", &certificate.not_after),
        ("SHA-256", certificate.sha256.as_deref().unwrap_or_default()),
    ];
    pairs(all.into_iter().filter(|(_, value)| !value.is_empty()), out)
}
