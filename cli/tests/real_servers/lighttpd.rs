//! lighttpd.

use limpid_tests::real::lighttpd::Lighttpd;
use limpid_tests::real::{BIG, INDEX, big};

use crate::both::{finished, output};

#[test]
#[ignore = "needs lighttpd: run by .ci/run"]
fn lighttpd_serves_pages_large_files_and_parts_over_one_connection() {
    let lighttpd = Lighttpd::start().unwrap();
    let url = format!("http://127.0.0.1:{}", lighttpd.port);
    let (index, large) = (format!("{url}/"), format!("{url}/big"));
    let finished = finished(["-v", &index, &large, &index]);
    let expected = [INDEX.as_bytes(), &big(), INDEX.as_bytes()].concat();
    assert!(finished.stdout == expected, "{}", finished.stderr);
    assert_eq!(finished.stderr.matches("connect_tcp.started").count(), 1, "{}", finished.stderr);

    let last = format!("Range: bytes={}-", BIG - 8);
    let part = output(["-i", "-H", &last, &large]);
    assert!(part.starts_with("HTTP/1.1 206 Partial Content\r\n"), "{part}");
    assert!(part.ends_with(&format!("\r\n\r\n{:07}\n", BIG / 8 - 1)), "{part}");
}
