//! `limpid tap` between clients and servers of other projects.

use std::path::{Path, PathBuf};
use std::process::Command;

use limpid_tests::command::run;
use limpid_tests::directory::Directory;
use limpid_tests::real::apache::Apache;
use limpid_tests::real::nginx::Nginx;
use limpid_tests::real::uvicorn::Uvicorn;

use crate::proxy::Proxy;
use crate::scenarios;
use crate::site::Site;

/// Runs a program, which must succeed. Returns what it prints.
fn printed(command: &mut Command) -> String {
    let finished = run(command, b"").unwrap();
    let printed = String::from_utf8_lossy(&finished.stdout).into_owned();
    assert_eq!(finished.code, 0, "{command:?}: {printed}\n{}", finished.stderr);
    printed
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wide").join(name)
}

/// nginx, and a proxy that reads its https, with the URLs of both and the file of the authority of the proxy.
struct Setup {
    nginx: Nginx,
    proxy: Proxy,
    reverse: Proxy,
    ca_file: String,
    _directory: Directory,
}

impl Setup {
    fn start() -> Self {
        let nginx = Nginx::start().unwrap();
        let directory = Directory::new().unwrap();
        let authority = directory.path().join("authority").to_string_lossy().into_owned();
        let server_ca = nginx.ca_file().to_string_lossy().into_owned();
        let proxy = Proxy::start(&["--ca", &authority, "--cacert", &server_ca]);
        let https = format!("https://localhost:{}", nginx.https);
        let reverse = Proxy::start(&["--to", &https, "--cacert", &server_ca]);
        let ca_file = format!("{authority}/ca.pem");
        Self { nginx, proxy, reverse, ca_file, _directory: directory }
    }

    /// The arguments of the scripts: the proxy, the URLs of the server, that of the proxy in front of it, and the
    /// file of the authority.
    fn arguments(&self) -> [String; 5] {
        [
            self.proxy.url(),
            format!("http://localhost:{}", self.nginx.http),
            format!("https://localhost:{}", self.nginx.https),
            self.reverse.url(),
            self.ca_file.clone(),
        ]
    }

    /// Asserts that both sides of this many exchanges were seen.
    fn assert_seen(&self, proxy: &Proxy, count: usize) {
        let forwarded = proxy.events("Forwarded", count);
        let sent = proxy.events("ExchangeComplete", count);
        for event in &forwarded {
            let tag = format!("served-{}", event["exchange"]);
            assert!(sent.iter().any(|sent| sent["tag"] == tag.as_str()), "{event}");
        }
    }
}

#[test]
#[ignore = "needs apache2: run by .ci/wide"]
fn tap_is_unseen_between_clients_and_apache() {
    let apache = Apache::start().unwrap();
    let proxy = Proxy::start(&["--to", &format!("http://127.0.0.1:{}", apache.port)]);
    scenarios::check(&Site::new("Apache behind limpid tap", proxy.address.port()));
}

#[test]
#[ignore = "needs uvicorn: run by .ci/wide"]
fn tap_is_unseen_between_clients_and_uvicorn() {
    let uvicorn = Uvicorn::start().unwrap();
    let proxy = Proxy::start(&[]);
    let site = Site::new("uvicorn through limpid tap", proxy.address.port());
    scenarios::check(&Site { origin: Some(uvicorn.port), echoes: true, ..site });
}

#[test]
#[ignore = "needs curl and nginx: run by .ci/wide"]
fn curl_uses_tap() {
    let setup = Setup::start();
    let [proxy, http, https, reverse, ca_file] = setup.arguments();
    let curl = |arguments: &[&str]| {
        let mut command = Command::new("curl");
        command
            .args(["-q", "-sS", "-m", "50", "-w", "\n%{http_code} %{http_version}"])
            .args(arguments);
        printed(&mut command)
    };
    let page = "<p>Hello from a real server.</p>\n\n200 1.1";
    assert_eq!(curl(&["-x", &proxy, &http]), page);
    assert_eq!(curl(&["-x", &proxy, "--cacert", &ca_file, &https]), page);
    assert_eq!(curl(&["-x", &proxy, "--http2", "--cacert", &ca_file, &https]), page);
    assert_eq!(curl(&["-x", &proxy, "--http2", &http]), page);
    assert_eq!(curl(&["-x", &proxy, "-p", &http]), page);
    assert_eq!(curl(&["-x", &proxy, "-0", &http]), page);
    assert_eq!(curl(&[&reverse]), page);
    assert!(curl(&["-x", &proxy, "-I", &http]).contains("Content-Length: 33\r\n"));
    assert!(
        curl(&["-x", &proxy, "-r", "0-3", "-i", &http])
            .contains("HTTP/1.1 206 Partial Content\r\n")
    );
    assert!(
        curl(&["-x", &proxy, "-H", "If-None-Match: *", "-i", &http]).starts_with("HTTP/1.1 304 ")
    );
    setup.assert_seen(&setup.proxy, 8);
    setup.assert_seen(&setup.reverse, 1);
}

#[test]
#[ignore = "needs httpx and nginx: run by .ci/wide"]
fn httpx_uses_tap() {
    let setup = Setup::start();
    let text = printed(Command::new("python3").arg(script("tap.py")).args(setup.arguments()));
    println!("httpx through limpid tap: {}", text.trim());
    setup.assert_seen(&setup.proxy, 4);
    setup.assert_seen(&setup.reverse, 2);
}

#[test]
#[ignore = "needs node and nginx: run by .ci/wide"]
fn node_uses_tap() {
    let setup = Setup::start();
    let mut node = Command::new("node");
    node.arg(script("tap.mjs")).args(setup.arguments()).env("NODE_EXTRA_CA_CERTS", &setup.ca_file);
    let text = printed(&mut node);
    println!("Node through limpid tap: {}", text.trim());
    setup.assert_seen(&setup.proxy, 3);
    setup.assert_seen(&setup.reverse, 1);
}

#[test]
#[ignore = "needs chromium and nginx: run by .ci/wide"]
fn chromium_uses_tap() {
    let mut setup = Setup::start();
    let hint = setup.proxy.line("--ignore-certificate-errors-spki-list=");
    let pin =
        hint.split_whitespace().find(|word| word.starts_with("--ignore-cert")).unwrap().to_owned();
    let [proxy, http, https, ..] = setup.arguments();
    for url in [http, https] {
        let profile = Directory::new().unwrap();
        let mut chromium = Command::new("chromium");
        chromium.args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            // localhost is requested without a proxy otherwise.
            "--proxy-bypass-list=<-loopback>",
            "--dump-dom",
            &pin,
            &format!("--proxy-server={proxy}"),
            &format!("--user-data-dir={}", profile.path().display()),
            &url,
        ]);
        let page = printed(&mut chromium);
        assert!(page.contains("Hello from a real server."), "{url}: {page}");
        assert!(
            setup
                .proxy
                .events("Forwarded", 1)
                .iter()
                .any(|event| event["url"] == format!("{url}/"))
        );
    }
}
