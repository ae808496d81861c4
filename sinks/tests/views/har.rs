//! HAR files.

use limpid_core::trace::{Capture, TraceEvent};
use limpid_sinks::exchanges::{Hop, Model, Part};
use limpid_sinks::views::{View, har};
use serde_json::Value;

use crate::golden::assert_written;
use crate::sample;

fn written(model: &Model) -> Value {
    let mut file = Vec::new();
    View::Har.write(model, &mut file).unwrap();
    serde_json::from_slice(&file).unwrap()
}

#[test]
fn file_is_as_readers_accepted_it() {
    assert_written(View::Har, Capture::Default, "sample.har");
    assert_written(View::Har, Capture::Everything, "sample-everything.har");
}

#[test]
fn timings_are_those_of_the_parts() {
    let har = written(&sample::model(Capture::Default));
    let entries = har["log"]["entries"].as_array().unwrap();
    // They are in the order in which they started.
    let timings = |index: usize| &entries[index]["timings"];
    let first = serde_json::json!({
        "blocked": 0.15, "dns": 4.2, "connect": 34.0, "ssl": 23.0, "send": 0.06, "wait": 18.0, "receive": 0.0
    });
    assert_eq!(timings(0), &first);
    assert_eq!(entries[0]["time"], 56.41);
    let reused = serde_json::json!({
        "blocked": 0.01, "dns": -1.0, "connect": -1.0, "ssl": -1.0, "send": 0.06, "wait": 31.0, "receive": 9.0
    });
    let second = entries.iter().position(|entry| entry["_hop"] == 2).unwrap();
    assert_eq!(timings(second), &reused);
    assert_eq!(entries[0]["connection"], entries[second]["connection"]);
    let refused = entries.last().unwrap();
    assert_eq!(
        (&refused["timings"]["connect"], &refused["timings"]["ssl"]),
        (&8.0.into(), &(-1.0).into())
    );
    assert_eq!(refused["response"]["status"], 0);
    assert!(refused["response"]["_error"].as_str().unwrap().contains("connection refused"));
}

#[test]
fn entry_has_what_har_asks_for() {
    let har = written(&sample::model(Capture::Everything));
    let entry = &har["log"]["entries"][0];
    assert_eq!(entry["startedDateTime"], "2026-09-21T14:13:20.001000Z");
    assert_eq!(entry["serverIPAddress"], "192.0.2.7");
    let request = &entry["request"];
    assert_eq!(request["url"], "https://example.com/old?token=tiger", "without the fragment");
    assert_eq!(request["queryString"][0], serde_json::json!({"name": "token", "value": "tiger"}));
    assert_eq!(request["cookies"][1], serde_json::json!({"name": "theme", "value": "dark"}));
    assert_eq!((&request["headersSize"], &request["bodySize"]), (&95.into(), &0.into()));
    assert_eq!(entry["response"]["redirectURL"], "https://example.com/new?a=1&b=%20x");
    let entries = har["log"]["entries"].as_array().unwrap();
    let form = entries.iter().find(|entry| entry["request"]["method"] == "POST").unwrap();
    assert_eq!(form["request"]["postData"]["text"], "a=1&b=2");
    let content = &form["response"]["content"];
    assert_eq!((&content["encoding"], &content["size"]), (&"base64".into(), &10.into()));
    assert_eq!(content["text"], "iVBORw0KGgoA/w==");
    let json = entries.iter().find(|entry| entry["_hop"] == 2).unwrap();
    assert!(json["response"]["content"]["text"].as_str().unwrap().contains("wörld </script>"));
    assert_eq!(json["response"]["cookies"][0]["expires"], "2026-10-21T07:28:00Z");
}

#[test]
fn secrets_and_bodies_are_left_out_by_default() {
    let text = written(&sample::model(Capture::Default)).to_string();
    assert!(!text.contains("tiger") && !text.contains("a=1&b=2"), "{text}");
    assert!(text.contains("the bytes are kept with --capture everything"));
    assert!(written(&sample::model(Capture::Everything)).to_string().contains("tiger"));
}

#[test]
fn file_without_requests_is_valid() {
    let har = written(&Model::default());
    assert_eq!(
        (&har["log"]["version"], &har["log"]["entries"]),
        (&"1.2".into(), &serde_json::json!([]))
    );
}

#[test]
fn written_file_is_read_as_the_same_requests() {
    let model = sample::model(Capture::Everything);
    let mut file = Vec::new();
    View::Har.write(&model, &mut file).unwrap();
    let read = har::read(&file, Capture::Everything).unwrap();
    let facts = |model: &Model| -> Vec<_> {
        let hops = model.exchanges.iter().flat_map(|exchange| &exchange.hops);
        let fact = |hop: &Hop| {
            let status = hop.response.as_ref().map(|response| response.status);
            let body = hop.response_body.bytes.clone();
            let times = Part::ALL.map(|part| hop.parts.time(part).filter(|time| !time.is_zero()));
            (hop.method.clone(), status, body.unwrap_or_default(), times, hop.failed.is_some())
        };
        hops.map(fact).collect()
    };
    assert_eq!(facts(&read), facts(&model));
    assert_eq!(read.exchanges.len(), 3);
    assert_eq!(read.connections.len(), model.connections.len());
    let hidden = har::read(&file, Capture::Default).unwrap();
    assert!(!format!("{hidden:?}").contains("tiger"));
}

#[test]
fn files_of_browsers_are_read_with_what_they_lack() {
    let odd = r#"{"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "pages": [], "entries": [
        {"startedDateTime": "2026-01-01T01:00:00.500+01:00", "time": 3.5,
         "request": {"method": "GET", "url": "https://a.test/x", "httpVersion": "h3", "headers": [], "headersSize": -1,
                     "bodySize": null},
         "response": {"status": 200, "statusText": "", "headers": [{"name": "a", "value": "b"}],
                      "content": {"size": 12.0, "mimeType": null, "text": "aGVsbG8=", "encoding": "base64"},
                      "bodySize": -1},
         "cache": {}, "serverIPAddress": "[2001:db8::1]", "connection": "443",
         "timings": {"blocked": null, "dns": -1, "connect": 2, "ssl": 1.5, "send": 0, "wait": 1, "receive": 0.5}},
        {"startedDateTime": "nonsense", "response": {"status": 0, "_error": "net::ERR_FAILED"}}
    ]}}"#;
    let model = har::read(odd.as_bytes(), Capture::Everything).unwrap();
    let hops: Vec<_> = model.exchanges.iter().flat_map(|exchange| &exchange.hops).collect();
    let hop = hops.iter().find(|hop| hop.method == "GET").unwrap();
    assert_eq!(hop.request.as_ref().unwrap().version, "h3");
    assert_eq!(hop.response_body.bytes.as_deref(), Some(&b"hello"[..]));
    assert_eq!(hop.parts.time(Part::Tls).unwrap().as_micros(), 1_500);
    assert_eq!(hop.parts.time(Part::Connect).unwrap().as_micros(), 500);
    let peer = model.connections[&hop.connection.unwrap()].peer.unwrap();
    assert_eq!(peer.to_string(), "[2001:db8::1]:443");
    let failed = hops.iter().find_map(|hop| hop.failed.as_ref()).unwrap();
    assert_eq!(failed.text, "net::ERR_FAILED");
}

#[test]
fn absurd_numbers_are_shown_within_the_width() {
    use limpid_sinks::views::Style;

    let absurd = r#"{"log": {"version": "1.2", "entries": [
        {"startedDateTime": "9999-12-31T23:59:59Z", "time": 1e300, "request": {"url": "x"},
         "response": {"status": 65535, "bodySize": 1e300}, "timings": {"blocked": 1e300, "wait": 1e17, "receive": -5}},
        {"startedDateTime": "0001-01-01T00:00:00Z", "timings": {"wait": 1e18, "receive": 1e18}},
        {"_exchange": 18446744073709551615, "_hop": 65535, "connection": "", "serverIPAddress": "none"}, {}]}}"#;
    let model = har::read(absurd.as_bytes(), Capture::Default).unwrap();
    for view in [View::Har, View::Html, View::Perfetto] {
        view.write(&model, &mut Vec::new()).unwrap();
    }
    for width in [40, 50, 70, 100] {
        let mut text = Vec::new();
        View::Waterfall(Style { width, ..Style::default() }).write(&model, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(text.lines().all(|line| line.len() <= width), "{text}");
    }
}

#[test]
fn other_files_are_refused_with_a_reason() {
    for text in ["", "[]", "{}", "{\"log\": {}}", "{\"log\": 3}", "limpid recording 1", "\u{1}"] {
        let error = har::read(text.as_bytes(), Capture::Default).unwrap_err().to_string();
        assert!(error.starts_with("it is no HAR file: "), "{text}: {error}");
    }
}

#[test]
fn server_is_shown_with_the_url_that_it_was_asked_for() {
    use limpid_core::fields::FieldBlock;
    use limpid_core::http1::{RequestHead, Version};

    let collector = sample::collector(Capture::Default);
    let mut script = sample::Script::new(&collector, 0, 10);
    script.connection = 4;
    script.emit(0, TraceEvent::ServeStarted { peer: None, secure: false });
    let fields: FieldBlock = [(&b"Host"[..], &b"a.test:81"[..])].into_iter().collect();
    for (exchange, method, target) in [(1, "GET", "/?u=http://b/"), (2, "OPTIONS", "*")] {
        let (method, target) = (method.as_bytes(), target.as_bytes());
        script.exchange = exchange;
        let version = Version::HTTP_11;
        script.emit(10, TraceEvent::AnswerStarted { method, target, version });
        let head = RequestHead { method, target, version, fields: fields.fields() };
        script.emit(0, TraceEvent::RequestRead { head });
    }
    let har = written(&collector.model());
    let entries = har["log"]["entries"].as_array().unwrap();
    let urls: Vec<_> = entries.iter().map(|entry| &entry["request"]["url"]).collect();
    assert_eq!(urls, ["http://a.test:81/?u=http://b/", "http://a.test:81"]);
    assert_eq!(
        (&entries[0]["_role"], &entries[0]["_unfinished"]),
        (&"server".into(), &true.into())
    );
}
