//! Recordings as mocks.

use limpid_std::{Recorder, RecorderOptions};
use limpid_test::{Answers, Expectation, Matching, Mock, Reply};

/// Records requests for these paths, and returns the file.
fn record(name: &str, paths: &[&str]) -> std::path::PathBuf {
    let file = std::env::temp_dir().join(format!("limpid-test-{}-{name}", std::process::id()));
    let mock = Mock::new();
    let text = |path: &str| Reply::text(format!("recorded {path}")).field("X-From", "server");
    mock.expect(Expectation::any().reply_with(move |request| text(request.path()).chunked()));
    let options = RecorderOptions::with(|it| it.capture = limpid_core::trace::Capture::Everything);
    let recorder = Recorder::create(&file, options).unwrap();
    let client = mock.std_client().recorder(std::sync::Arc::clone(&recorder)).build();
    for path in paths {
        client.get(&format!("http://api.test{path}")).send().unwrap().bytes().unwrap();
    }
    drop(client);
    recorder.close();
    file
}

#[test]
fn recorded_responses_answer() {
    let file = record("any", &["/a", "/b"]);
    let mock = Mock::recorded(Answers::open(&file, Matching::Any).unwrap());
    std::fs::remove_file(file).unwrap();
    let client = mock.std_client().build();
    for path in ["/b", "/a", "/a"] {
        let response = client.get(&format!("http://other.test{path}")).send().unwrap();
        assert_eq!(response.field("X-From"), Some(&b"server"[..]));
        assert_eq!(response.text().unwrap(), format!("recorded {path}"));
    }
    mock.verify();
    assert_eq!(client.get("http://api.test/c").send().unwrap().status(), 404);
    let unmet = mock.check().unwrap_err().to_string();
    assert!(unmet.contains("The recording has no request GET /c"), "{unmet}");
}

#[test]
fn strict_recording_is_met_to_its_end() {
    let file = record("strict", &["/a", "/b"]);
    let mock = Mock::recorded(Answers::open(&file, Matching::Strict).unwrap());
    std::fs::remove_file(file).unwrap();
    let client = mock.std_client().build();
    client.get("http://api.test/a").send().unwrap();
    let unmet = mock.check().unwrap_err().to_string();
    assert_eq!(unmet, "1 recorded request(s) were not made; the next is GET /b");
    client.get("http://api.test/b").send().unwrap();
    mock.verify();
}
