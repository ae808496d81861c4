//! What was received, as JSON.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use limpid_core::error::Cause;
use limpid_core::fields::Fields;
use limpid_core::transport::LayerFacts;
use limpid_tokio::Exchange;
use serde_json::{Value, json};

/// Reads a request to its end. Returns it as JSON: an object with a line for each field.
pub(super) async fn receive(exchange: &mut Exchange) -> Result<String, Cause> {
    let mut body = Vec::new();
    while let Some(data) = exchange.data().await? {
        body.extend_from_slice(data);
    }
    let head = exchange.head();
    let mut object = String::from("{\n");
    member(&mut object, "method", &text(head.method));
    member(&mut object, "target", &text(head.target));
    member(&mut object, "version", &json!(head.version.to_string()));
    list(&mut object, "fields", head.fields);
    member(&mut object, "length", &json!(body.len()));
    match std::str::from_utf8(&body) {
        Ok(text) => member(&mut object, "text", &json!(text)),
        Err(_) => member(&mut object, "base64", &json!(STANDARD.encode(&body))),
    }
    list(&mut object, "trailers", exchange.trailers());
    member(&mut object, "tls", &tls(&exchange.layer_facts()));
    member(&mut object, "peer", &json!(exchange.peer().map(|peer| peer.to_string())));
    // The last comma.
    object.truncate(object.trim_end_matches([',', '\n']).len());
    object.push_str("\n}\n");
    Ok(object)
}

fn member(object: &mut String, name: &str, value: &Value) {
    // Writing to a string does not fail.
    let _ = writeln!(object, "  \"{name}\": {value},");
}

/// Adds fields in their order, each as an array of its name and its value.
fn list(object: &mut String, name: &str, fields: Fields<'_>) {
    let lines: Vec<String> = fields
        .iter()
        .map(|field| format!("\n    {}", json!([text(field.name), text(field.value)])))
        .collect();
    let end = if lines.is_empty() { "" } else { "\n  " };
    // Writing to a string does not fail.
    let _ = writeln!(object, "  \"{name}\": [{}{end}],", lines.join(","));
}

/// Returns bytes as a string, or as an object with their base64 if they are not UTF-8.
fn text(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(_) => json!({ "base64": STANDARD.encode(bytes) }),
    }
}

/// Returns the properties of the connection's TLS; null without it.
fn tls(facts: &LayerFacts<'_>) -> Value {
    match facts.version {
        None => Value::Null,
        Some(version) => json!({
            "version": version,
            "cipher": facts.cipher,
            "key_exchange": facts.key_exchange,
            "handshake": facts.handshake,
            "alpn": facts.protocol.map(text),
            "server_name": facts.server_name,
        }),
    }
}
