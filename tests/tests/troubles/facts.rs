//! The events of requests, as names of fields and texts.

use std::collections::BTreeMap;
use std::sync::Arc;

use limpid_core::trace::{Failure, Value};
use limpid_io::{ClientBuilder, Error, Settings};
use limpid_sinks::EventList;
use limpid_tests::json_lines;

/// A driver's function that performs requests in sequence on one client, and reads the responses.
pub(crate) type Ask = fn(ClientBuilder<Settings>, &[Request<'_>]) -> Vec<Result<Vec<u8>, Error>>;

/// A request: its method, URL and fields.
pub(crate) type Request<'r> = (&'r str, &'r str, &'r [(&'r str, &'r str)]);

/// The drivers.
pub(crate) const DRIVERS: [Ask; 2] = [over_std, over_tokio];

fn over_std(
    builder: ClientBuilder<Settings>,
    requests: &[Request<'_>],
) -> Vec<Result<Vec<u8>, Error>> {
    let client = limpid_std::Client::from(builder.build());
    let ask = |(method, url, fields): &Request<'_>| {
        let request = client.request(method, url);
        let request = fields.iter().fold(request, |it, (name, value)| it.header(name, value));
        request.send()?.bytes()
    };
    requests.iter().map(ask).collect()
}

fn over_tokio(
    builder: ClientBuilder<Settings>,
    requests: &[Request<'_>],
) -> Vec<Result<Vec<u8>, Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = limpid_tokio::Client::from(builder.build());
    let ask = |(method, url, fields): &Request<'_>| {
        let request = client.request(method, url);
        let request = fields.iter().fold(request, |it, (name, value)| it.header(name, value));
        runtime.block_on(async { request.send().await?.bytes().await })
    };
    requests.iter().map(ask).collect()
}

/// Events by name and stage, such as `resolve.complete`, each with the texts of its fields.
pub(crate) struct Facts(Vec<(String, BTreeMap<&'static str, String>)>);

impl Facts {
    /// Performs requests over a driver, and returns their events and results.
    pub(crate) fn of(
        ask: Ask,
        builder: ClientBuilder<Settings>,
        requests: &[Request<'_>],
    ) -> (Self, Vec<Result<Vec<u8>, Error>>) {
        let recorder = Arc::new(EventList::new());
        let results = ask(builder.sink(Arc::clone(&recorder)), requests);
        (Self::recorded(&recorder), results)
    }

    /// Returns the recorded events, whose JSON lines must match their schema.
    pub(crate) fn recorded(recorder: &EventList) -> Self {
        let events = recorder.events();
        json_lines::read(&json_lines::of(&events)).unwrap();
        let read = events.iter().map(|(meta, event)| {
            let metadata = meta.kind.metadata();
            let mut fields = BTreeMap::from([
                ("exchange id", meta.exchange.0.to_string()),
                ("connection id", meta.connection.0.to_string()),
            ]);
            event.borrow().visit(|field, value| {
                fields.insert(field.name, text(value));
            });
            (format!("{}{}", metadata.name, metadata.stage.suffix()), fields)
        });
        Self(read.collect())
    }

    /// Returns the fields of each event of this name.
    pub(crate) fn all(&self, name: &str) -> Vec<&BTreeMap<&'static str, String>> {
        self.0.iter().filter(|(event, _)| event == name).map(|(_, fields)| fields).collect()
    }

    /// Returns a field of the last event of this name.
    pub(crate) fn last(&self, name: &str, field: &str) -> &str {
        let events = self.all(name);
        let Some(fields) = events.last() else { panic!("no event {name}: {:?}", self.0) };
        fields.get(field).unwrap_or_else(|| panic!("{name} has no {field}: {fields:?}"))
    }

    /// Returns a field of each event of this name.
    pub(crate) fn each(&self, name: &str, field: &str) -> Vec<&str> {
        self.all(name).into_iter().map(|fields| fields[field].as_str()).collect()
    }
}

fn text(value: Value<'_>) -> String {
    match value {
        Value::None => String::new(),
        Value::Flag(flag) => flag.to_string(),
        Value::Count(count) => count.to_string(),
        Value::Text(text) => text.to_owned(),
        Value::Word(word) => word.to_owned(),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Address(address) => address.to_string(),
        Value::Failure(Failure { cause, .. }) => cause.to_string(),
        other => format!("{other:?}"),
    }
}
