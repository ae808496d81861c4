//! `{:?}` of whatever a program holds shows no secret: neither as text nor as a list of numbers.

#![cfg(test)]

use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use limpid_core::client::{Proxy, Request, Url};
use limpid_core::fields::FieldBlock;
use limpid_core::http1::{BodySize, Connection, Role};
use limpid_core::limits::Config;
use limpid_core::time::Mono;
use limpid_core::trace::{Credentials, Cx, NoSink, Scope};
use limpid_core::transport::socks5::Socks5;
use limpid_io::server::ServerBuilder;
use limpid_tests::script::{Script, Step, send};
use limpid_tests::server::Server;
use tokio::runtime::Builder;

/// The secret in every place. `{:?}` shows these letters nowhere else.
const SECRET: &str = "tiger";

/// The credentials `me:tiger` in Base64.
const BASIC: &str = "bWU6dGlnZXI";

const RESPONSE: &str = "HTTP/1.1 200 OK\r\nSet-Cookie: sid=tiger\r\nLocation: /?token=tiger\r\n\
                        Content-Length: 2\r\n\r\nok";

/// Checks that `{:?}` and `{:#?}` do not contain the secret.
fn check(name: &str, value: &dyn Debug) {
    let numbers = |text: &str| text.bytes().map(|b| b.to_string()).collect::<Vec<_>>().join(",");
    let shown = [format!("{value:?}"), format!("{value:#?}")];
    for shown in &shown {
        let packed: String = shown.chars().filter(|c| !c.is_whitespace()).collect();
        for secret in [SECRET, BASIC] {
            assert!(!packed.contains(secret), "{name}: {shown}");
            assert!(!packed.contains(&numbers(secret)), "{name}: {shown}");
        }
    }
}

/// Adds the fields with secrets to a request of any driver.
macro_rules! with_secrets {
    ($request:expr) => {
        $request
            .header("Authorization", "Bearer tiger")
            .header("Cookie", "sid=tiger")
            .header("X-Api-Key", "tiger")
            .header("Referer", "http://a/?access_token=tiger")
    };
}

fn url(port: u16) -> String {
    format!("http://me:tiger@127.0.0.1:{port}/path?token=tiger")
}

fn answering() -> Server {
    let script: Script = vec![Step::ReadHead, send(RESPONSE), Step::Close];
    Server::tcp(vec![script]).unwrap()
}

#[test]
fn values_of_the_core_hide_secrets() {
    let address: Url = url(80).parse().unwrap();
    check("Url", &address);
    check("Proxy", &"http://me:tiger@proxy".parse::<Proxy>().unwrap());
    check("Socks5", &Socks5::new("h", 80, Some((b"me".to_vec(), b"tiger".to_vec()))));
    check("Credentials", &Credentials { user: b"me", password: b"tiger" });
    let mut fields = FieldBlock::new();
    fields.push(b"Proxy-Authorization", b"Basic bWU6dGlnZXI=");
    check("FieldBlock", &fields);
    let builder = Request::builder(b"GET", address)
        .field(b"Cookie", b"sid=tiger")
        .target(b"/?signature=tiger");
    check("RequestBuilder", &builder);
    check("Request", &builder.build());
}

#[test]
fn connections_of_both_roles_hide_secrets() {
    let (now, mut scopes) = (Mono::from_nanos(0), [Scope::default(), Scope::default()]);
    let [client_scope, server_scope] = &mut scopes;
    let mut client = Connection::new(Role::Client, Config::default());
    let mut server = Connection::new(Role::Server, Config::default());
    let mut cx = Cx::new(now, &NoSink, client_scope);
    let fields: FieldBlock =
        [(&b"Host"[..], &b"a"[..]), (b"Cookie", b"sid=tiger")].into_iter().collect();
    client
        .send_request(&mut cx, b"GET", b"/?token=tiger", fields.fields(), BodySize::None)
        .unwrap();
    let head = client.out().concat();
    check("sending Connection", &client);
    server.space(head.len())[..head.len()].copy_from_slice(&head);
    server.filled(head.len());
    let mut cx = Cx::new(now, &NoSink, server_scope);
    check("Next", &server.next(&mut cx).unwrap());
    check("receiving Connection", &server);
}

#[test]
fn client_of_std_hides_secrets() {
    let server = answering();
    let proxy = format!("http://me:tiger@127.0.0.1:{}", server.port());
    let builder = limpid_std::Client::builder().proxy(proxy);
    check("ClientBuilder", &builder);
    let client = builder.build();
    check("Client", &client);
    let request = with_secrets!(client.get(&url(80))).body("tiger");
    check("RequestBuilder", &request);
    check("Prepared", &request.prepare().unwrap());
    let response = with_secrets!(client.get(&url(80))).send().unwrap();
    check("Response", &response);
    check("ResponseBody", &response.into_body());
    server.finish().unwrap();
    let error = with_secrets!(client.get(&url(80))).send().unwrap_err();
    check("Error", &error);
    assert!(!error.to_string().contains(SECRET), "{error}");
}

#[test]
fn client_of_tokio_hides_secrets() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let server = answering();
    let proxy = format!("http://me:tiger@127.0.0.1:{}", server.port());
    let client = limpid_tokio::Client::builder().proxy(proxy).build();
    check("Client", &client);
    let request = with_secrets!(client.get(&url(80))).body("tiger");
    check("RequestBuilder", &request);
    runtime.block_on(async {
        let mut response = with_secrets!(client.get(&url(80))).send().await.unwrap();
        check("Response", &response);
        assert_eq!(response.next_piece().await.unwrap(), Some(&b"ok"[..]));
        check("Response with a piece", &response);
    });
    server.finish().unwrap();
    let error = runtime.block_on(with_secrets!(client.get(&url(80))).send()).unwrap_err();
    check("Error", &error);
}

/// Sends a request with secrets to a server on this port.
fn ask(port: u16) {
    let client = limpid_std::Client::builder().build();
    let response = with_secrets!(client.get(&url(port))).send().unwrap();
    assert_eq!(response.status(), 200);
}

#[test]
fn server_of_std_hides_secrets() {
    let server: limpid_std::Server = ServerBuilder::default().bind(("127.0.0.1", 0)).unwrap();
    let (port, handle) = (server.local_addr().unwrap().port(), server.handle());
    check("Server", &server);
    let shown = Arc::new(Mutex::new(Vec::new()));
    let show = Arc::clone(&shown);
    let thread = std::thread::spawn(move || {
        server.serve(move |mut exchange| {
            show.lock().unwrap().push((format!("{exchange:?}"), format!("{:?}", exchange.head())));
            exchange.field("Set-Cookie", "sid=tiger");
            exchange.start(200, BodySize::None)?;
            show.lock().unwrap().push((format!("{exchange:?}"), String::new()));
            exchange.finish()
        })
    });
    ask(port);
    handle.shutdown(Duration::ZERO);
    thread.join().unwrap().unwrap();
    let shown = shown.lock().unwrap();
    assert!(shown[0].0.contains("Cookie: [secure]"), "{shown:?}");
    for (exchange, head) in shown.iter() {
        check("Exchange", &Text(exchange));
        check("RequestHead", &Text(head));
    }
}

#[test]
fn server_of_tokio_hides_secrets() {
    let server: limpid_tokio::Server = ServerBuilder::default().bind(("127.0.0.1", 0)).unwrap();
    let (port, handle) = (server.local_addr().unwrap().port(), server.handle());
    check("Server", &server);
    let shown = Arc::new(Mutex::new(Vec::new()));
    let show = Arc::clone(&shown);
    let client = std::thread::spawn(move || {
        ask(port);
        handle.shutdown(Duration::ZERO);
    });
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let served = runtime.block_on(server.serve(move |mut exchange: limpid_tokio::Exchange| {
        let show = Arc::clone(&show);
        async move {
            show.lock().unwrap().push(format!("{exchange:?}"));
            exchange.field("Set-Cookie", "sid=tiger");
            exchange.start(200, BodySize::None)?;
            exchange.flush().await?;
            show.lock().unwrap().push(format!("{exchange:?}"));
            exchange.finish()
        }
    }));
    served.unwrap();
    client.join().unwrap();
    let shown = shown.lock().unwrap();
    assert!(shown[0].contains("Cookie: [secure]"), "{shown:?}");
    for exchange in shown.iter() {
        check("Exchange", &Text(exchange));
    }
}

/// Text that was formatted before.
struct Text<'a>(&'a str);

impl Debug for Text<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}
