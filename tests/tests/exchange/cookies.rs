//! Cookies of a client, over both drivers and in replays.

use std::time::Duration;

use limpid_core::trace::{Capture, OwnedTraceEvent};
use limpid_io::{ClientBuilder, CookieJar, RetryPolicy, Settings};
use limpid_sinks::EventList;
use limpid_tests::recorded::Recorded;
use limpid_tests::script::{Script, Step, answer, send};
use limpid_tests::server::Server;

use crate::both::block_on;

/// Gets a URL with a Cookie field of the caller, unless it is empty. Returns the status.
type Get = fn(ClientBuilder<Settings>, &str, &str) -> u16;

fn over_std(builder: ClientBuilder<Settings>, url: &str, own: &str) -> u16 {
    let client = limpid_std::Client::from(builder.build());
    let request = client.get(url);
    let request = if own.is_empty() { request } else { request.header("Cookie", own) };
    let response = request.send().unwrap();
    let status = response.status();
    response.text().unwrap();
    status
}

fn over_tokio(builder: ClientBuilder<Settings>, url: &str, own: &str) -> u16 {
    block_on(async {
        let client = limpid_tokio::Client::from(builder.build());
        let request = client.get(url);
        let request = if own.is_empty() { request } else { request.header("Cookie", own) };
        let response = request.send().await.unwrap();
        let status = response.status();
        response.text().await.unwrap();
        status
    })
}

/// Gets `/login` of a server that plays `script`. Returns the status, the target and the Cookie field of each request, and
/// the events.
fn get(
    over: Get,
    script: Script,
    jar: &CookieJar,
    own: &str,
) -> (u16, Vec<(String, String)>, EventList) {
    let (recorded, events) = (Recorded::start().unwrap(), EventList::new());
    let server = Server::tcp(vec![script]).unwrap();
    let policy = RetryPolicy::with(|policy| policy.delay = Duration::from_millis(1));
    let builder = ClientBuilder::<Settings>::default()
        .redirects(5)
        .retries(policy)
        .cookies(jar.clone())
        .sink(events.clone())
        .recorder(recorded.recorder());
    let status = over(builder, &format!("http://127.0.0.1:{}/login", server.port()), own);
    assert_eq!(recorded.difference(&events), None);
    let requests = server.finish().unwrap();
    let shown = |request: &limpid_tests::Request| {
        let head = &request.head;
        let target = head.split(' ').nth(1).unwrap().to_owned();
        let cookies: Vec<_> = head
            .lines()
            .filter_map(|line| line.strip_prefix("Cookie: "))
            .map(str::to_owned)
            .collect();
        assert!(cookies.len() <= 1, "{head}");
        (target, cookies.concat())
    };
    (status, requests.iter().map(shown).collect(), events)
}

const REDIRECT: &str = "HTTP/1.1 302 Found\r\nLocation: /home\r\nSet-Cookie: id=7; Path=/\r\n\
    Set-Cookie: login=1; Path=/login\r\nContent-Length: 0\r\n\r\n";
const BUSY: &str = "HTTP/1.1 503 Busy\r\nSet-Cookie: busy=1; Path=/\r\nContent-Length: 0\r\n\r\n";
const DENIED: &str = "HTTP/1.1 401 Unauthorized\r\nSet-Cookie: denied=1\r\n\
    Set-Cookie: other=1; Domain=example.com\r\nSet-Cookie: id=; Max-Age=0; Path=/\r\nContent-Length: 0\r\n\r\n";

#[test]
fn cookies_of_every_response_are_kept_and_sent_to_their_urls() {
    for over in [over_std as Get, over_tokio] {
        let jar = CookieJar::new();
        let script = [answer(REDIRECT), answer(BUSY), answer(DENIED)].concat();
        let (status, requests, events) = get(over, script, &jar, "");
        assert_eq!(status, 401);
        let requests: Vec<_> = requests.iter().map(|(at, cookie)| (&**at, &**cookie)).collect();
        let expected = [("/login", ""), ("/home", "id=7"), ("/home", "id=7; busy=1")];
        assert_eq!(requests, expected);
        let mut names: Vec<_> = jar.cookies().into_iter().map(|cookie| cookie.name).collect();
        names.sort();
        assert_eq!(
            names,
            ["busy", "denied", "login"],
            "id is removed, and other is for another host"
        );
        let added = events.events().into_iter().filter_map(|(_, event)| match event {
            OwnedTraceEvent::CookiesAdded { added } => Some(added),
            _ => None,
        });
        assert_eq!(added.collect::<Vec<_>>(), [0, 1, 2]);
    }
}

#[test]
fn cookies_of_the_caller_come_first_and_replace_those_of_the_jar() {
    for over in [over_std as Get, over_tokio] {
        let jar = CookieJar::new();
        jar.insert("id=jar; Path=/", "http://127.0.0.1/").unwrap();
        jar.insert("more=2; Path=/", "http://127.0.0.1/").unwrap();
        let script = answer("HTTP/1.1 204 No Content\r\n\r\n");
        let (_, requests, _) = get(over, script, &jar, "id=own; x=y");
        assert_eq!(requests[0].1, "id=own; x=y; more=2");
    }
}

#[test]
fn resent_request_has_the_cookies_of_the_moment() {
    let first = "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n";
    let lost = vec![Step::ReadRequest, send(first), Step::ReadRequest, Step::Close];
    let server = Server::tcp(vec![lost, answer("HTTP/1.1 204 X\r\n\r\n")]).unwrap();
    let client = limpid_std::Client::builder().cookie_store(true).build();
    for _ in 0..2 {
        client.get(&format!("http://127.0.0.1:{}/", server.port())).send().unwrap().text().unwrap();
    }
    drop(client);
    let requests = server.finish().unwrap();
    let cookies = requests.iter().map(|request| request.field("Cookie") == Some("a=1"));
    assert_eq!(cookies.collect::<Vec<_>>(), [false, true, true]);
}

#[test]
fn cookies_are_secrets_in_outputs_and_recordings() {
    let jar = CookieJar::new();
    jar.insert("session=tiger; Path=/", "http://127.0.0.1/").unwrap();
    let (recorded, events) = (Recorded::start_as(Capture::Default).unwrap(), EventList::new());
    let server = Server::tcp(vec![answer("HTTP/1.1 204 X\r\n\r\n")]).unwrap();
    let builder = ClientBuilder::<Settings>::default()
        .cookies(jar.clone())
        .sink(events.clone())
        .recorder(recorded.recorder());
    over_std(builder, &format!("http://127.0.0.1:{}/", server.port()), "");
    server.finish().unwrap();
    assert_eq!(recorded.difference(&events), None);
    let bytes = recorded.bytes().unwrap();
    assert!(!bytes.windows(5).any(|part| part == b"tiger"), "the recording");
    assert!(bytes.windows(13).any(|part| part == b"session=*****"), "the recording has the name");
    for (_, event) in events.events() {
        assert!(!format!("{event:?}").contains("tiger"), "{event:?}");
    }
    assert!(!format!("{jar:?} {:?}", jar.cookies()).contains("tiger"));
}
