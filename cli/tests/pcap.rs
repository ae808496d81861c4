//! `--pcap`, and packets of a recording. `.ci/wide` has them dissected by tshark.

#![cfg(test)]

mod common;

use std::fs;

use common::finished;
use limpid_tests::directory::Directory;
use limpid_tests::script::answer;
use limpid_tests::server::Server;
use pcap_file::pcapng::{Block, PcapNgReader};

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// Returns the packets of a capture, without their times.
fn packets(capture: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = PcapNgReader::new(capture).unwrap();
    let mut packets = Vec::new();
    while let Some(block) = reader.next_block() {
        if let Block::EnhancedPacket(packet) = block.unwrap() {
            packets.push(packet.data.into_owned());
        }
    }
    packets
}

fn contains(packets: &[Vec<u8>], text: &str) -> bool {
    packets.iter().any(|packet| packet.ends_with(text.as_bytes()))
}

#[test]
fn recording_has_the_packets_of_its_requests() {
    let directory = Directory::new().unwrap();
    let path = |name| directory.file(name).to_string_lossy().into_owned();
    let (capture, recording) = (path("capture.pcapng"), path("requests.limpid"));
    let server = Server::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let options = ["-s", "--capture", "everything", "--pcap", &capture, "--record", &recording];
    assert_eq!(finished([&options[..], &["-d", "asked", &url]].concat()).code, 0);
    server.finish().unwrap();
    let live = packets(&fs::read(&capture).unwrap());
    // The handshake, two packets of the request and one of the response with acknowledgements, and the end.
    assert!(live.len() >= 3 + 6 + 3, "{live:?}");
    assert!(contains(&live, "asked") && contains(&live, "hello"));

    let show = |redact| {
        let shown = finished(["show", &recording, "--as", "pcap", "--redact", redact]);
        assert_eq!((shown.code, &*shown.stderr), (0, ""));
        packets(&shown.stdout)
    };
    assert_eq!(show("everything"), live);
    let hidden = show("default");
    assert_eq!(hidden.len(), live.len());
    assert!(!contains(&hidden, "asked") && !contains(&hidden, "hello"));
    assert!(contains(&hidden, "*****"));
}

#[cfg(unix)]
#[test]
fn capture_can_be_read_by_its_owner_alone() {
    let directory = Directory::new().unwrap();
    let file = directory.file("capture.pcapng");
    finished(["-s", "--pcap", &file.to_string_lossy(), "http://127.0.0.1:1/"]);
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}
