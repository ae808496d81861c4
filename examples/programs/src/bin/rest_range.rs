//! A server of documents: PUT stores one, GET returns it or a range of it, and conditions protect both:
//! `curl -T file http://127.0.0.1:8080/doc; curl -r 0-9 http://127.0.0.1:8080/doc`

use std::sync::{Mutex, PoisonError};
use std::{collections::BTreeMap, env, time::Duration};

use limpid_std::files::{Representation, Request, Verdict};
use limpid_std::{Cause, Exchange, Server};

/// The version and the content of each.
type Documents = BTreeMap<Vec<u8>, (u64, Vec<u8>)>;
static DOCUMENTS: Mutex<Documents> = Mutex::new(Documents::new());

fn handle(mut exchange: Exchange<'_>) -> Result<(), Cause> {
    let (request, path) = (Request::of(&exchange.head()), exchange.head().path().to_vec());
    let body = exchange.read_body()?;
    let mut documents = DOCUMENTS.lock().unwrap_or_else(PoisonError::into_inner);
    let (version, stored) = documents.get(&path).cloned().unwrap_or_default();
    let content = Representation::new(stored).etag(&version.to_string());
    let current = (version > 0).then(|| content.validators());
    match exchange.head().method {
        b"GET" | b"HEAD" if version > 0 => {
            drop(documents);
            exchange.respond_content(content)
        }
        b"PUT" if request.verdict(current) == Verdict::Proceed => {
            documents.insert(path, (version + 1, body));
            exchange.field("ETag", format!("\"{}\"", version + 1)).respond(204, "")
        }
        b"PUT" => exchange.respond_text(412, "The document has another version.\n"),
        _ => exchange.respond_text(404, "There is no such document.\n"),
    }
}

fn main() -> std::io::Result<()> {
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".into());
    Server::bind(address)?.shutdown_on_signal(Duration::from_secs(10)).serve(handle)
}
