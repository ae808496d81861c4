//! Files as bodies of requests.

use std::fs::File;
use std::io::{Seek, SeekFrom};

use limpid_test::Message;
use limpid_test::script::answer;
use limpid_tests::directory::Directory;

use crate::bodies::{block_on, serve};

/// Returns the requests that a server receives, which asks for the body twice, and for which `send` sends it.
fn received_twice(send: impl FnOnce(&str)) -> Vec<Message> {
    let mut script =
        answer("HTTP/1.1 307 Temporary Redirect\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n");
    script.extend(answer("HTTP/1.1 204 No Content\r\n\r\n"));
    let server = serve(script);
    send(&format!("http://127.0.0.1:{}/a", server.port()));
    server.finish().unwrap()
}

#[test]
fn rest_of_a_file_is_sent_with_its_length_and_again_after_a_redirect() {
    let directory = Directory::new().unwrap();
    let content: Vec<u8> = (0..=250).cycle().take(200_000).collect();
    let path = directory.write("data.bin", &content).unwrap();
    let open = || {
        let mut file = File::open(&path).unwrap();
        file.seek(SeekFrom::Start(10)).unwrap();
        file
    };
    let over_std = received_twice(|url| {
        let client = limpid_std::Client::builder().redirects(Some(1)).build();
        client.put(url).body(limpid_std::Body::file(open()).unwrap()).send().unwrap();
    });
    let over_tokio = received_twice(|url| {
        block_on(async {
            let client = limpid_tokio::Client::builder().redirects(Some(1)).build();
            client.put(url).body(limpid_tokio::Body::file(open()).unwrap()).send().await.unwrap();
        });
    });
    for requests in [over_std, over_tokio] {
        assert_eq!(requests.len(), 2);
        for request in requests {
            assert_eq!(request.field("content-length"), Some("199990"));
            assert!(request.body == content[10..]);
        }
    }
}
