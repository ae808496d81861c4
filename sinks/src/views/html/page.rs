//! The page and its rows.

use std::collections::BTreeSet;
use std::io::{self, Write};

use jiff::Timestamp;
use limpid_core::http1::Role;
use limpid_core::trace::Capture;

use super::super::row::{Mark, Row, Rows, words};
use super::super::units::{duration, size};
use super::super::url::plain_url;
use super::bar::{Bar, swatch};
use super::details;
use super::escape::Text;
use crate::exchanges::{Model, Part};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The SHA-256 hashes of the style and the script, in base64: the page permits only these. A test computes them.
const STYLE_HASH: &str = "0TNimBciVMRgAij5U3Eq3yyKAQ8sSn8r20hw8ExYUy8=";
const SCRIPT_HASH: &str = "t5ODWqaUAt1L+JKhjn+j/xyywwo899qTpMTeVHeg798=";

/// Writes the page.
pub(in super::super) fn write(model: &Model, out: &mut dyn Write) -> io::Result<()> {
    let rows = Rows::of(model);
    let (style, script) = (STYLE.replace("\r\n", "\n"), SCRIPT.replace("\r\n", "\n"));
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; \
         script-src 'sha256-{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{}</title>\n<style>{style}</style>\n</head>\n<body>\n",
        Text(&title(&rows)),
    )?;
    header(model, &rows, out)?;
    writeln!(out, "<main>")?;
    if rows.all.is_empty() {
        writeln!(out, "<div class=\"sheet\"><p class=\"empty\">No requests.</p></div>")?;
    } else {
        sheet(model, &rows, out)?;
    }
    writeln!(out, "</main>")?;
    footer(model, out)?;
    write!(out, "<script>{script}</script>\n</body>\n</html>\n")
}

fn title(rows: &Rows<'_>) -> String {
    match &rows.all[..] {
        [] => "No requests".to_owned(),
        [row] => format!("{} {}", row.hop.method, plain_url(&row.hop.url)),
        all => format!("{} requests in {}", all.len(), duration(rows.time())),
    }
}

/// Writes what is known of all requests together, the legend and the filter.
fn header(model: &Model, rows: &Rows<'_>, out: &mut dyn Write) -> io::Result<()> {
    let started = Timestamp::try_from(model.base.at(rows.start)).unwrap_or_default();
    writeln!(out, "<header>\n<h1>{}</h1>", Text(&title(rows)))?;
    if rows.all.is_empty() {
        return writeln!(out, "</header>");
    }
    let connections: BTreeSet<_> = rows.all.iter().filter_map(|row| row.hop.connection).collect();
    let received: u64 = rows.all.iter().filter_map(Row::size).sum();
    let failed = rows.all.iter().filter(|row| row.hop.failed.is_some()).count();
    let plural =
        |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let mut facts = vec![
        format!("{started:.3}"),
        duration(rows.time()),
        plural(connections.len(), "connection"),
        format!("{} of responses", size(received)),
    ];
    if failed > 0 {
        facts.push(format!("{failed} failed"));
    }
    if model.left_out > 0 {
        facts.push(format!("{} exchanges left out", model.left_out));
    }
    writeln!(out, "<p>{}</p>", Text(&facts.join(" · ")))?;
    writeln!(
        out,
        "<div class=\"bar-line\"><ul class=\"legend\" aria-label=\"Parts of a request\">"
    )?;
    for part in Part::ALL {
        if rows.all.iter().any(|row| row.hop.parts.time(part).is_some()) {
            writeln!(out, "<li>{}{}</li>", swatch(part.name()), words(part))?;
        }
    }
    writeln!(
        out,
        "</ul><div><input id=\"filter\" type=\"search\" placeholder=\"Filter ( / )\" aria-label=\"Filter the requests\" hidden> \
         <span id=\"found\" role=\"status\" class=\"note\"></span></div></div>\n</header>"
    )
}

fn sheet(model: &Model, rows: &Rows<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<div class=\"sheet\">\n<div class=\"row titles\" aria-hidden=\"true\"><span>Request</span>\
         <span class=\"num\">Status</span><span class=\"num\">Size</span><span class=\"num\">Time</span>\
         <span class=\"num\">Conn.</span><span class=\"ticks\">"
    )?;
    for quarter in 0..=4 {
        let time = rows.time() * quarter / 4;
        let shown = if quarter == 0 { "0".to_owned() } else { duration(time) };
        write!(out, "<span>{shown}</span>")?;
    }
    writeln!(out, "</span></div>\n<ol class=\"rows\">")?;
    // There is nothing to choose from if there is one.
    let open = if rows.all.len() == 1 { " open" } else { "" };
    for row in &rows.all {
        let class = if row.hop.number > 1 { " class=\"hop\"" } else { "" };
        writeln!(out, "<li{class}><details{open}><summary class=\"row\">")?;
        summary(row, rows, out)?;
        writeln!(out, "</summary>")?;
        details::write(model, row, rows, out)?;
        writeln!(out, "</details></li>")?;
    }
    writeln!(out, "</ol>\n</div>")
}

/// Writes the row of a request. What its columns mean is there for screen readers.
fn summary(row: &Row<'_>, rows: &Rows<'_>, out: &mut dyn Write) -> io::Result<()> {
    let url = plain_url(&row.hop.url);
    let (host, path) = divided(&url);
    let hop = if row.hop.number > 1 { "<span class=\"unseen\">then </span>" } else { "" };
    writeln!(
        out,
        "<span class=\"name\" title=\"{0}\">{hop}<b>{1}</b> <span class=\"host\">{2}</span>{3}</span>",
        Text(&url),
        Text(&row.hop.method),
        Text(host),
        Text(path),
    )?;
    let class = match row.mark() {
        Mark::Good => "good",
        Mark::Neutral => "neutral",
        Mark::Warning => "warning",
        Mark::Bad => "bad",
        Mark::Open => "open",
    };
    let label = |name: &str| format!("<span class=\"unseen\">, {name} </span>");
    writeln!(out, "<span class=\"status {class}\">{}{}</span>", label("status"), row.status())?;
    let bytes = row.size().map_or_else(|| "–".to_owned(), size);
    writeln!(out, "<span class=\"num\">{}{bytes}</span>", label("size"))?;
    writeln!(out, "<span class=\"num\">{}{}</span>", label("time"), duration(row.time()))?;
    let connection = row.hop.connection.map_or_else(|| "–".to_owned(), |id| id.0.to_string());
    let reused = if row.hop.reuse.is_some() {
        " <span title=\"reused\" aria-label=\"reused\">↻</span>"
    } else {
        ""
    };
    writeln!(out, "<span class=\"num\">{}{connection}{reused}</span>", label("connection"))?;
    writeln!(out, "{}", Bar { row, rows })
}

/// Divides a URL behind its authority. The scheme is left out.
fn divided(url: &str) -> (&str, &str) {
    let Some(start) = url.find("://").map(|at| at + 3) else { return ("", url) };
    let end = url[start..].find(['/', '?']).map_or(url.len(), |end| start + end);
    (&url[start..end], &url[end..])
}

fn footer(model: &Model, out: &mut dyn Write) -> io::Result<()> {
    let mut notes = vec![format!("Written by limpid {}.", env!("CARGO_PKG_VERSION"))];
    if !model.capture.shows_secrets() {
        notes.push("Secrets are hidden.".to_owned());
    }
    if model.capture != Capture::Everything {
        notes.push("Bodies are left out; --capture everything keeps them.".to_owned());
    }
    if model.exchanges.iter().any(|exchange| exchange.role == Role::Server) {
        notes.push("Of a server, “wait” is until the response starts.".to_owned());
    }
    notes.push("Keys: ↑ ↓ move, Enter opens, / filters.".to_owned());
    writeln!(out, "<footer>{}</footer>", Text(&notes.join(" ")))
}
