//! nginx: the documented lines, large bodies, kept connections.

use limpid_tests::documented::{lines, normalised, plain_lines, shapes};
use limpid_tests::real::nginx::Nginx;
use limpid_tests::real::{BIG, INDEX, big};

use crate::both::{finished, output};

#[test]
#[ignore = "needs nginx: run by .ci/run"]
fn nginx_with_tls_gives_the_documented_lines() {
    let nginx = Nginx::start().unwrap();
    let ca_file = nginx.ca_file();
    let url = format!("https://localhost:{}/", nginx.https);
    let finished = finished(["-v", "--cacert", &ca_file.to_string_lossy(), &url]);
    assert_eq!((finished.code, finished.stdout.as_slice()), (0, INDEX.as_bytes()));
    let told = normalised(&finished.stderr, nginx.https, Some(&ca_file));
    assert_eq!(shapes(&told), shapes(&lines()));
}

#[test]
#[ignore = "needs nginx: run by .ci/run"]
fn nginx_without_tls_gives_the_documented_lines_without_those_of_tls() {
    let nginx = Nginx::start().unwrap();
    let finished = finished(["-v", &format!("http://localhost:{}/", nginx.http)]);
    assert_eq!((finished.code, finished.stdout.as_slice()), (0, INDEX.as_bytes()));
    let told = normalised(&finished.stderr, nginx.http, None);
    assert_eq!(shapes(&told), shapes(&plain_lines()));
}

#[test]
#[ignore = "needs nginx: run by .ci/run"]
fn nginx_serves_large_and_empty_files_whole() {
    let nginx = Nginx::start().unwrap();
    let ca_file = nginx.ca_file();
    for url in
        [format!("http://localhost:{}", nginx.http), format!("https://localhost:{}", nginx.https)]
    {
        let ca_file = ca_file.to_string_lossy();
        let large = finished(["--cacert", &ca_file, &format!("{url}/big")]);
        assert_eq!((large.code, large.stdout.len()), (0, BIG), "{}", large.stderr);
        assert!(large.stdout == big());
        assert_eq!(output(["--cacert", &ca_file, &format!("{url}/empty")]), "");
    }
}

#[test]
#[ignore = "needs nginx: run by .ci/run"]
fn nginx_keeps_a_connection_for_the_next_request() {
    let nginx = Nginx::start().unwrap();
    let ca_file = nginx.ca_file();
    let url = format!("https://localhost:{}/", nginx.https);
    let finished = finished(["-v", "--cacert", &ca_file.to_string_lossy(), &url, &url, &url]);
    assert_eq!(finished.stdout, INDEX.repeat(3).as_bytes());
    let opened = finished.stderr.matches("connect_tcp.complete").count();
    let answered = finished.stderr.matches("HTTP Request: GET").count();
    assert_eq!((opened, answered), (1, 3), "{}", finished.stderr);
}

#[test]
#[ignore = "needs nginx: run by .ci/run"]
fn nginx_answers_other_methods_and_ranges() {
    let nginx = Nginx::start().unwrap();
    let url = format!("http://localhost:{}", nginx.http);
    let big = format!("{url}/big");

    let head = output(["-i", "-X", "HEAD", &big]);
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains(&format!("Content-Length: {BIG}\r\n")), "{head}");
    assert!(head.ends_with("\r\n\r\n"), "{head}");

    let part = output(["-i", "-H", "Range: bytes=8-15", &big]);
    assert!(part.starts_with("HTTP/1.1 206 Partial Content\r\n"), "{part}");
    assert!(part.ends_with("\r\n\r\n0000001\n"), "{part}");

    let refused = output(["-i", "-d", "a=1", &format!("{url}/index.html")]);
    assert!(refused.starts_with("HTTP/1.1 405 Not Allowed\r\n"), "{refused}");

    let missing = finished(["-f", &format!("{url}/missing")]);
    assert_eq!(missing.code, 22, "{}", missing.stderr);
    assert!(missing.stderr.contains("404 Not Found"), "{}", missing.stderr);
}

#[test]
#[ignore = "needs nginx: run by .ci/run"]
fn nginx_tells_a_plain_request_to_its_tls_port() {
    let nginx = Nginx::start().unwrap();
    let page = output(["-i", &format!("http://localhost:{}/", nginx.https)]);
    assert!(page.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{page}");

    let ca_file = nginx.ca_file();
    let url = format!("https://localhost:{}/", nginx.http);
    let finished = finished(["--cacert", &ca_file.to_string_lossy(), &url]);
    assert_eq!(finished.code, 35, "{}", finished.stderr);
}

#[test]
#[ignore = "needs nginx: run by .ci/run"]
fn nginx_s_compressed_pages_are_decoded_for_who_wants_that() {
    let nginx = Nginx::start().unwrap();
    let url = format!("http://localhost:{}", nginx.http);
    let large = finished(["--compressed", "-v", &format!("{url}/big")]);
    assert!(large.stderr.contains("(b'Content-Encoding', b'gzip')"), "{}", large.stderr);
    assert!(large.stdout == big());
    assert_eq!(output(["--compressed", &url]), INDEX);
}

#[test]
#[ignore = "needs nginx: run by .ci/run"]
fn nginx_s_answers_are_told_as_they_are_asked_for() {
    let nginx = Nginx::start().unwrap();
    let url = format!("http://localhost:{}", nginx.http);
    let format = "%{http_code} %{size_download} %{num_connects}\n";
    let null = ["-o", "/dev/null"];
    let (large, missing) = (format!("{url}/big"), format!("{url}/missing"));
    let arguments = [&["-w", format][..], &null, &null, &null, &[&*url, &*large, &*missing]];
    let told = output(arguments.concat());
    let mut told = told.lines();
    assert_eq!(told.next(), Some(format!("200 {} 1", INDEX.len()).as_str()));
    assert_eq!(told.next(), Some(format!("200 {BIG} 0").as_str()));
    assert!(told.next().is_some_and(|line| line.starts_with("404 ")));
}
