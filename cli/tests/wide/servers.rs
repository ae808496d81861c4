//! The servers.

use limpid_tests::real::apache::Apache;
use limpid_tests::real::go::Go;
use limpid_tests::real::gunicorn::Gunicorn;
use limpid_tests::real::haproxy::Haproxy;
use limpid_tests::real::icecast::Icecast;
use limpid_tests::real::java::Java;
use limpid_tests::real::squid::Squid;
use limpid_tests::real::uvicorn::Uvicorn;
use limpid_tests::real::varnish::Varnish;

use crate::site::Site;
use crate::{idle, scenarios};

fn check(site: Site) {
    scenarios::check(&site);
    if site.keeps_connections {
        idle::check(&site);
    }
}

#[test]
#[ignore = "needs apache2: run by .ci/wide"]
fn apache_serves_limpid_as_it_serves_curl() {
    let apache = Apache::start().unwrap();
    check(Site::new("Apache", apache.port));
}

#[test]
#[ignore = "needs varnish and go: run by .ci/wide"]
fn varnish_serves_limpid_as_it_serves_curl() {
    let varnish = Varnish::start().unwrap();
    check(Site::new("Varnish", varnish.port));
}

#[test]
#[ignore = "needs squid and go: run by .ci/wide"]
fn squid_forwards_for_limpid_as_for_curl() {
    let squid = Squid::start().unwrap();
    let origin = Some(squid.origin.port);
    check(Site { origin, ..Site::new("squid, proxy", squid.proxy) });
}

#[test]
#[ignore = "needs squid and go: run by .ci/wide"]
fn squid_accelerates_for_limpid_as_for_curl() {
    let squid = Squid::start().unwrap();
    check(Site::new("squid, accelerator", squid.accelerator));
}

#[test]
#[ignore = "needs haproxy and go: run by .ci/wide"]
fn haproxy_serves_limpid_as_it_serves_curl() {
    let haproxy = Haproxy::start().unwrap();
    check(Site::new("HAProxy", haproxy.port));
}

#[test]
#[ignore = "needs gunicorn: run by .ci/wide"]
fn gunicorn_serves_limpid_as_it_serves_curl() {
    let gunicorn = Gunicorn::start().unwrap();
    check(Site { echoes: true, ..Site::new("gunicorn", gunicorn.port) });
}

#[test]
#[ignore = "needs uvicorn: run by .ci/wide"]
fn uvicorn_serves_limpid_as_it_serves_curl() {
    let uvicorn = Uvicorn::start().unwrap();
    check(Site { echoes: true, ..Site::new("uvicorn", uvicorn.port) });
}

#[test]
#[ignore = "needs go: run by .ci/wide"]
fn go_serves_limpid_as_it_serves_curl() {
    let go = Go::start().unwrap();
    check(Site::new("Go", go.port));
}

#[test]
#[ignore = "needs javac: run by .ci/wide"]
fn java_serves_limpid_as_it_serves_curl() {
    let java = Java::start().unwrap();
    check(Site::new("Java", java.port));
}

#[test]
#[ignore = "needs icecast2: run by .ci/wide"]
fn icecast_serves_files_to_limpid_as_to_curl() {
    let icecast = Icecast::start().unwrap();
    check(Site {
        head_status: 400,
        reads_bodies: false,
        keeps_connections: false,
        ..Site::new("Icecast", icecast.port)
    });
}
