//! The requests that the arguments ask for.

use std::fs;

use limpid_io::continued_trace;

use super::credentials::Credentials;
use super::data;
use super::form::{self, Style};
use super::refusal::Refusal;
use super::resume::Upload;
use super::target::Target;
use crate::args::{DataArgs, FieldArg, HeaderArg, MessageArgs, QueryArgs, RequestArgs};
use crate::collector;
use crate::driver::Draft;
use crate::payload::Payload;

/// The media type of data.
const FORM: &[u8] = b"application/x-www-form-urlencoded";
const JSON: &[u8] = b"application/json";

/// The length above which a body is sent only once the server agrees, as in curl.
const LONG: u64 = 1024 * 1024;

/// What the requests of one set of options share: what they send, which is read before the first.
pub(super) struct Plan<'a> {
    args: &'a RequestArgs,
    fields: Vec<FieldArg>,
    body: Option<Payload>,
    /// The value of Content-Type, unless a field gives it.
    content_type: Vec<u8>,
    /// What is added to the query of each URL.
    pub(super) query: String,
    cookie: Option<String>,
    etag: Option<Vec<u8>>,
    pub(super) credentials: Credentials,
}

impl<'a> Plan<'a> {
    /// Reads what the arguments name: data, files of fields, passwords.
    pub(super) fn read(args: &'a RequestArgs) -> Result<Self, Refusal> {
        let MessageArgs { data: DataArgs(options), query: QueryArgs(queries), .. } = &args.message;
        let mut query = data::url_query(queries).map_err(Refusal::read)?;
        let mut body = None;
        if args.message.get {
            let own = data::query(options).map_err(Refusal::read)?;
            query = match (query.is_empty(), own.is_empty()) {
                (_, true) => query,
                (true, false) => own,
                (false, false) => [query, own].join("&"),
            };
        } else if !options.is_empty() {
            body = Some(data::joined(options).map_err(Refusal::read)?);
        }
        let mut fields = fields(&args.message.headers)?;
        let is_json = args.message.data.is_json();
        let mut content_type = if is_json { JSON } else { FORM }.to_vec();
        if !args.message.form.0.is_empty() {
            let (form, content) = form(args, &mut fields)?;
            (content_type, body) = (form.into(), Some(content));
        }
        let etag = args.message.etag_compare.as_deref().map(|path| {
            let read = fs::read(path).map(|etag| etag.trim_ascii().to_vec());
            read.map_err(|error| Refusal::read(format!("cannot read {}: {error}", path.display())))
        });
        Ok(Self {
            args,
            fields,
            body,
            content_type,
            query,
            cookie: args.message.cookies.pairs(),
            etag: etag.transpose()?,
            credentials: Credentials::read(&args.auth)?,
        })
    }

    /// Returns the request for a URL.
    pub(super) fn draft<'p>(&'p self, target: &'p Target, upload: Option<&Upload>) -> Draft<'p> {
        let args = self.args;
        let mut draft = Draft {
            method: args.method(upload.is_some()),
            url: target.url.as_str(),
            target: target.target.as_deref(),
            is_http10: args.message.http10,
            fields: Vec::new(),
            removed: Vec::new(),
            body: upload.map(|upload| &upload.payload).or(self.body.as_ref()).cloned(),
            sent: None,
        };
        for FieldArg { name, value } in &self.fields {
            match value {
                // A second Host would be refused by servers.
                Some(_) if name.eq_ignore_ascii_case("Host") && draft.has("Host") => {}
                Some(value) => draft.fields.push((name, value.clone().into())),
                None => draft.removed.push(name),
            }
        }
        if let Some(range) = upload.and_then(|upload| upload.range.as_ref()) {
            draft.add("Content-Range", range.clone().into());
        }
        self.add_fields(&mut draft);
        self.credentials.add(&target.url, &mut draft);
        if let Some(operation) = args.outputs.otlp.as_ref().and_then(|_| collector::operation()) {
            draft.add("traceparent", continued_trace(operation).to_string().into_bytes());
        }
        draft
    }

    /// Adds what single options send.
    fn add_fields(&self, draft: &mut Draft<'_>) {
        let message = &self.args.message;
        match message.user_agent.as_deref() {
            Some("") => draft.removed.push("User-Agent"),
            Some(name) => draft.add("User-Agent", name.into()),
            None => {}
        }
        if let Some(referer) = message.first_referer() {
            draft.add("Referer", referer.into());
        }
        if let Some(cookie) = &self.cookie {
            draft.add("Cookie", cookie.clone().into());
        }
        if let Some(range) = &message.range {
            self.add_range(range, draft);
        }
        if let Some(etag) = &self.etag {
            let etag = if etag.is_empty() { b"\"\"".to_vec() } else { etag.clone() };
            draft.add("If-None-Match", etag);
        }
        if let Some((name, value)) = message.time_cond.and_then(|condition| condition.field()) {
            draft.add(name, value.into());
        }
        if message.data.is_json() {
            draft.add("Content-Type", JSON.to_vec());
            draft.add("Accept", JSON.to_vec());
        }
        let length = draft.body.as_ref().map(Payload::length);
        let waits = match length {
            None | Some(Some(0)) => false,
            // A file of -T waits for the server at any length.
            Some(length) => self.body.is_none() || length.is_none_or(|length| length > LONG),
        };
        if waits && !draft.is_http10 {
            draft.add("Expect", b"100-continue".to_vec());
        }
        // A file of -T has no known type.
        if self.body.is_some() {
            draft.add("Content-Type", self.content_type.clone());
        }
        // curl announces no empty body, also after a redirect.
        draft.removed.push("Content-Length");
    }

    /// Adds the field of `-r`. As in curl, it says of data that is sent which part of something it is.
    fn add_range(&self, range: &str, draft: &mut Draft<'_>) {
        // A number alone is where the range begins.
        let digits = range.find(|c: char| !c.is_ascii_digit()).unwrap_or(range.len());
        let is_number = digits > 0 && !range.contains('-');
        let (range, end) = if is_number { (&range[..digits], "-") } else { (range, "") };
        match &draft.body {
            None => draft.add("Range", ["bytes=", range, end].concat().into()),
            Some(body) if self.args.message.form.0.is_empty() => {
                let length =
                    body.length().map_or_else(|| "*".to_owned(), |length| length.to_string());
                let value = ["bytes ", range, end, "/", &length].concat();
                draft.add("Content-Range", value.into());
            }
            Some(_) => {}
        }
    }
}

/// Reads the form of `-F`. Returns its media type, which may begin with one of `fields`, and its content.
fn form(args: &RequestArgs, fields: &mut Vec<FieldArg>) -> Result<(String, Payload), Refusal> {
    let is_type = |field: &FieldArg| field.name.eq_ignore_ascii_case("Content-Type");
    let given = fields.iter().find(|field| is_type(field)).and_then(|field| field.value.clone());
    fields.retain(|field| !(is_type(field) && given.is_some()));
    let media_type = given.map(|given| given.trim_end_matches([';', ' ']).to_owned());
    form::read(&args.message.form.0, &Style { backslash: args.message.form_escape, media_type })
}

/// Reads the fields of `-H` or `--proxy-header`, also those in files.
pub(super) fn fields(headers: &[HeaderArg]) -> Result<Vec<FieldArg>, Refusal> {
    let mut fields = Vec::new();
    for header in headers {
        match header {
            HeaderArg::Field(field) => fields.push(field.clone()),
            HeaderArg::Nothing => {}
            HeaderArg::File(path) => {
                let text = data::content(path).map_err(Refusal::read)?;
                for line in String::from_utf8_lossy(&text).lines() {
                    if line.is_empty() || line.starts_with('#') {
                        continue;
                    }
                    let field = line.parse::<FieldArg>();
                    fields.push(field.map_err(|error| {
                        Refusal::usage(format!("a line of {path} is not a field: {error}"))
                    })?);
                }
            }
        }
    }
    Ok(fields)
}
