//! Mock servers in memory and on loopback.

use std::io::Read;

use limpid_test::{Expectation, Mock, Reply};

/// Sends a request over every way to a mock, and passes the status and the text of the response.
fn each_way(mock: &Mock, path: &str, mut check: impl FnMut(Result<(u16, String), String>)) {
    let blocking = |client: limpid_std::Client, url: &str| {
        let response = client.get(url).send().map_err(|error| error.to_string())?;
        let status = response.status();
        response.text().map(|text| (status, text)).map_err(|error| error.to_string())
    };
    check(blocking(mock.std_client().build(), &format!("http://api.test{path}")));
    let server = mock.listen().unwrap();
    check(blocking(limpid_std::Client::builder().build(), &server.url(path)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    check(runtime.block_on(async {
        let client = mock.tokio_client().build();
        let response = client.get(&format!("http://api.test{path}")).send().await;
        let response = response.map_err(|error| error.to_string())?;
        let status = response.status();
        response.text().await.map(|text| (status, text)).map_err(|error| error.to_string())
    }));
}

#[test]
fn reply_arrives_in_memory_and_on_loopback() {
    for reply in [
        Reply::new(201).body("hello"),
        Reply::new(201).body("hello").chunked(),
        Reply::new(201).body("hello").trailer("Checksum", "1"),
        Reply::new(201).body("hello").slowly(2, std::time::Duration::from_millis(1)),
        Reply::raw("HTTP/1.0 201 Created\r\n\r\nhello"),
    ] {
        let (mock, mut count) = (Mock::answering(reply), 0);
        each_way(&mock, "/a", |result| {
            assert_eq!(result, Ok((201, "hello".to_owned())));
            count += 1;
        });
        assert_eq!(mock.requests().len(), count);
        mock.verify();
    }
}

#[test]
fn fault_fails_the_request() {
    for (reply, message) in [
        (Reply::close(), "closed"),
        (Reply::reset(), "reset"),
        (Reply::new(200).body("hello").cut_after(2), "before the body was complete"),
        (Reply::raw("hello\r\n\r\n"), ""),
    ] {
        each_way(&Mock::answering(reply.clone()), "/a", |result| {
            let error = result.unwrap_err();
            assert!(error.contains(message), "{reply:?}: {error}");
        });
    }
}

#[test]
fn response_without_a_body_has_the_length_of_its_own() {
    let mock = Mock::answering(Reply::text("hello"));
    let client = mock.std_client().build();
    let response = client.head("http://api.test/").send().unwrap();
    assert_eq!(response.field("Content-Length"), Some(&b"5"[..]));
    assert_eq!(response.text().unwrap(), "");

    let mock = Mock::answering(Reply::new(304).length(7));
    let response = mock.std_client().build().get("http://api.test/").send().unwrap();
    assert_eq!(response.field("Content-Length"), Some(&b"7"[..]));
}

#[test]
fn connection_is_kept_between_replies() {
    let mock = Mock::new();
    mock.expect(
        Expectation::new("POST", "/a").body("1").replies([Reply::new(503), Reply::new(204)]),
    );
    let events = limpid_test::EventList::new();
    let client = mock.std_client().sink(std::sync::Arc::new(events.clone())).build();
    for status in [503, 204, 204] {
        let response = client.post("http://api.test/a").body("1").send().unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.text().unwrap(), "");
    }
    let opened = events.kinds().into_iter();
    let opened = opened.filter(|kind| *kind == limpid_core::trace::EventKind::ConnectTcpComplete);
    assert_eq!(opened.count(), 1);
}

#[test]
fn expected_continue_is_answered() {
    let mock = Mock::answering(Reply::new(204));
    let client = mock.std_client().build();
    let mut told = false;
    let request = client.post("http://api.test/").body("hello").expect_continue();
    request.on_informational(|head| told = head.status == 100).send().unwrap();
    assert!(told);
    assert_eq!(mock.requests()[0].text(), "hello");
}

#[test]
fn chunked_request_has_its_body_and_trailers() {
    let mock = Mock::answering(Reply::new(204));
    let body = limpid_std::Body::reader(std::io::Cursor::new("hello").take(9), None);
    mock.std_client().build().put("http://api.test/").body(body).send().unwrap();
    assert_eq!(mock.requests()[0].text(), "hello");
    assert_eq!(mock.requests()[0].field("Transfer-Encoding").as_deref(), Some("chunked"));
}

#[test]
fn first_expectation_that_is_not_used_up_answers() {
    let mock = Mock::new();
    mock.expect(Expectation::new("GET", "/a").reply(Reply::text("first")).times(1));
    mock.expect(Expectation::new("GET", "/a").reply_with(|it| Reply::text(it.path().to_owned())));
    let client = mock.std_client().build();
    let mut texts = Vec::new();
    for _ in 0..3 {
        texts.push(client.get("http://api.test/a").send().unwrap().text().unwrap());
    }
    assert_eq!(texts, ["first", "/a", "/a"]);
    mock.verify();
}

/// Returns what is said of a GET request with this target.
fn said(expectation: Expectation, target: &str) -> String {
    let mock = Mock::new();
    mock.expect(expectation);
    let client = mock.std_client().build();
    let request = client.get(&format!("http://api.test{target}")).header("X-Id", "1");
    let refused = request.send().unwrap();
    assert_eq!(refused.status(), 404);
    let text = refused.text().unwrap();
    assert!(text.starts_with(&format!("unexpected request GET {target}\n")), "{text}");
    mock.check().unwrap_err().to_string()
}

#[test]
fn nearest_miss_says_each_difference() {
    for (expectation, target, difference) in [
        (Expectation::new("POST", "/a"), "/a", "the method is GET, not POST"),
        (Expectation::new("GET", "/a"), "/b?c=d", "the path is /b, not /a"),
        (Expectation::new("GET", "/a?b=1"), "/a?b=2", "the target is /a?b=2, not /a?b=1"),
        (Expectation::any().query("q", "a b"), "/?q=a%2Bb", "the query has q=a+b, not q=a b"),
        (Expectation::any().query("q", "a"), "/?p=a", "the query has no \"q\""),
        (Expectation::any().field("X-Id", "2"), "/", "the field X-Id is \"1\", not \"2\""),
        (Expectation::any().field("X-No", "2"), "/", "there is no field X-No"),
        (Expectation::any().without_field("x-id"), "/", "the field x-id is there, with \"1\""),
        (Expectation::any().body("a\n"), "/", "the body is \"\", not \"a\\n\""),
        (Expectation::any().body_contains("a"), "/", "the body \"\" does not contain \"a\""),
        (Expectation::any().json("{}"), "/", "the body \"\" is not JSON: EOF"),
        (Expectation::any().json("{"), "/", "the expected document is not JSON: EOF"),
        (Expectation::any().matching("signed", |_| false), "/", "it is not signed"),
    ] {
        let said = said(expectation, target);
        assert_eq!(said.matches(difference).count(), 2, "{said}");
    }
}

#[test]
fn json_is_compared_by_its_values() {
    let mock = Mock::new();
    mock.expect(Expectation::any().json(r#"{ "item": "tea", "count": 2 }"#).times(1));
    let client = mock.std_client().build();
    client.post("http://api.test/").body(r#"{"count":2,"item":"tea"}"#).send().unwrap();
    mock.verify();
    client.post("http://api.test/").body(r#"{"count":3,"item":"tea"}"#).send().unwrap();
    let said = mock.check().unwrap_err().to_string();
    let difference = r#"the JSON is {"count":3,"item":"tea"}, not {"count":2,"item":"tea"}"#;
    assert!(said.contains(difference), "{said}");
}

#[test]
fn nearest_expectation_is_the_one_with_the_fewest_differences() {
    let mock = Mock::new();
    mock.expect(Expectation::new("POST", "/users").field("Accept", "a").at_least(0));
    mock.expect(Expectation::new("GET", "/users/7").at_least(0));
    mock.std_client().build().get("http://api.test/users").send().unwrap();
    let said = mock.check().unwrap_err().to_string();
    assert!(said.contains("GET /users/7: the path is /users, not /users/7"), "{said}");
}

#[test]
fn count_of_requests_is_verified() {
    for (expectation, requests, problem) in [
        (Expectation::new("GET", "/a"), 0, "expected GET /a at least once; it was made never"),
        (Expectation::new("GET", "/a").times(3), 2, "exactly 3 times; it was made twice"),
        (Expectation::new("GET", "/a").times(1), 2, "is expected once, and this is request 2"),
        (Expectation::new("GET", "/a").never(), 1, "is expected never, and this is request 1"),
    ] {
        let mock = Mock::new();
        mock.expect(expectation);
        let client = mock.std_client().build();
        for _ in 0..requests {
            client.get("http://api.test/a").send().unwrap();
        }
        let unmet = mock.check().unwrap_err();
        assert_eq!(unmet.problems().len(), 1);
        assert!(unmet.to_string().contains(problem), "{unmet}");
    }
}

#[test]
#[should_panic(expected = "1 request(s) were received:\n  GET /b")]
fn verification_panics_with_all_requests() {
    let mock = Mock::new();
    mock.std_client().build().get("http://api.test/b").send().unwrap();
    mock.verify();
}

#[test]
fn bytes_that_are_no_request_are_a_problem() {
    let mock = Mock::new();
    let server = mock.listen().unwrap();
    let script =
        [limpid_test::script::send("hello\r\n\r\n"), limpid_test::script::Step::ReadResponse];
    let responses = limpid_test::ScriptedClient::play(server.address(), &script).unwrap();
    assert_eq!(responses[0].status(), Some(400));
    assert!(mock.check().unwrap_err().to_string().contains("no valid request"));
}

#[test]
fn reply_that_is_not_valid_is_a_problem() {
    let mock = Mock::answering(Reply::new(99));
    mock.std_client().build().get("http://api.test/").send().unwrap_err();
    let unmet = mock.check().unwrap_err().to_string();
    assert!(unmet.contains("the reply with status 99 cannot be sent"), "{unmet}");
}

#[test]
fn threads_share_a_mock() {
    let mock = Mock::new();
    mock.expect(Expectation::new("GET", "/a").times(40));
    let client = mock.std_client().build();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    client.get("http://api.test/a").send().unwrap().bytes().unwrap();
                }
            });
        }
    });
    mock.verify();
}
