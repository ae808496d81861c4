//! `limpid serve`, as curl sees it.

use std::fs::{self, File};
use std::process::Command;
use std::time::{Duration, SystemTime};

use limpid_tests::command::{Finished, run};
use limpid_tests::directory::Directory;
use serde_json::Value;

use crate::proxy::Proxy;

/// Runs curl, which must succeed. Returns its output.
fn curl(arguments: &[&str]) -> String {
    let Finished { code, stdout, stderr } =
        run(Command::new("curl").args(["-q", "-sS", "-m", "50"]).args(arguments), b"").unwrap();
    assert_eq!(code, 0, "curl {arguments:?}: {stderr}");
    String::from_utf8(stdout).unwrap()
}

#[test]
#[ignore = "needs curl"]
fn curl_resumes_and_revalidates_files() {
    let site = Directory::new().unwrap();
    let content: Vec<u8> =
        (0..500_000_u32).map(|n| b'a' + n.to_le_bytes()[n as usize % 3] % 26).collect();
    let file = site.write("large.txt", &content).unwrap();
    let past = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    File::options().write(true).open(file).unwrap().set_modified(past).unwrap();
    let server = Proxy::command("serve", &["--listen", "0", site.path().to_str().unwrap()]);
    let url = format!("{}/large.txt", server.url());
    let code = "%{http_code} %{size_download}";

    let out = Directory::new().unwrap();
    let part = out.write("part", &content[..200_000]).unwrap();
    let part = part.to_str().unwrap();
    assert_eq!(curl(&["-C", "-", "-o", part, "-w", code, &url]), "206 300000");
    assert!(fs::read(part).unwrap() == content);
    // The file is complete: there is nothing more to send, which curl takes for success.
    assert!(curl(&["-C", "-", "-o", part, "-w", code, &url]).starts_with("416 "));
    assert!(fs::read(part).unwrap() == content);

    assert_eq!(curl(&["-r", "2-4", &url]).as_bytes(), &content[2..=4]);
    assert_eq!(curl(&["-r", "-3", &url]).as_bytes(), &content[content.len() - 3..]);
    let parts = curl(&["-r", "0-1,10-11", "-i", &url]);
    assert!(parts.contains("multipart/byteranges; boundary="), "{parts}");
    assert!(parts.contains("Content-Range: bytes 10-11/500000"), "{parts}");

    let null = if cfg!(windows) { "NUL" } else { "/dev/null" };
    assert_eq!(
        curl(&["-z", "Sun, 06 Nov 1994 08:49:37 GMT", "-o", null, "-w", code, &url]),
        "304 0"
    );
    assert_eq!(
        curl(&["-z", "Sun, 06 Nov 1994 08:49:36 GMT", "-o", null, "-w", code, &url]),
        "200 500000"
    );
    let etag = out.file("etag");
    let etag = etag.to_str().unwrap();
    assert_eq!(curl(&["--etag-save", etag, "-o", null, "-w", code, &url]), "200 500000");
    assert_eq!(curl(&["--etag-compare", etag, "-o", null, "-w", code, &url]), "304 0");
    assert_eq!(
        curl(&["-I", "-o", null, "-w", "%{http_code} %header{content-length}", &url]),
        "200 500000"
    );
    let list = curl(&["-L", &server.url()]);
    assert!(list.contains("large.txt"), "{list}");
}

#[test]
#[ignore = "needs curl"]
fn curl_sees_what_it_sends_over_a_certificate_made_at_start() {
    let directory = Directory::new().unwrap();
    let authority = directory.file("ca.pem");
    let authority = authority.to_str().unwrap();
    let server =
        Proxy::command("serve", &["--listen", "0", "--echo", "--tls", "--ca-out", authority]);
    for host in ["localhost", "127.0.0.1"] {
        let url = format!("https://{host}:{}/a?b", server.address.port());
        let echo = curl(&["--cacert", authority, "-H", "X-Case: Kept", "-d", "a=b", &url]);
        let echo: Value = serde_json::from_str(&echo).unwrap();
        assert_eq!(
            (&echo["method"], &echo["target"], &echo["text"]),
            (&"POST".into(), &"/a?b".into(), &"a=b".into())
        );
        assert_eq!(echo["fields"][3], serde_json::json!(["X-Case", "Kept"]));
        assert_eq!(echo["tls"]["version"], "TLSv1.3");
        assert_eq!(echo["tls"]["alpn"], "http/1.1");
    }
}
