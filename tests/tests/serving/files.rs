//! Files of a directory, on every driver.

use std::fs::{self, File};
use std::io::Read;
use std::net::SocketAddr;
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use limpid_io::files::Files;
use limpid_std::{Client, Response};
use limpid_tests::directory::Directory;
use tokio::runtime::Builder;

use crate::running::{DRIVERS, Driver, PATIENCE, Raw};

/// A server of files. Dropping it stops it.
struct Site {
    address: SocketAddr,
    handle: limpid_io::server::Handle,
    thread: Option<JoinHandle<()>>,
}

impl Site {
    fn start(driver: Driver, files: Files) -> Self {
        match driver {
            Driver::Std => {
                let server = limpid_std::Server::bind("127.0.0.1:0").unwrap();
                let (address, handle) = (server.local_addr().unwrap(), server.handle());
                let thread = thread::spawn(move || server.serve_files(files).unwrap());
                Self { address, handle, thread: Some(thread) }
            }
            Driver::Tokio => {
                let runtime = Builder::new_current_thread().enable_all().build().unwrap();
                let server = runtime.block_on(limpid_tokio::Server::bind("127.0.0.1:0")).unwrap();
                let (address, handle) = (server.local_addr().unwrap(), server.handle());
                let thread =
                    thread::spawn(move || runtime.block_on(server.serve_files(files)).unwrap());
                Self { address, handle, thread: Some(thread) }
            }
        }
    }

    fn get(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let client = Client::builder().build();
        let request = client.get(&format!("http://{}{path}", self.address));
        fields
            .iter()
            .fold(request, |request, (name, value)| request.header(name, value))
            .send()
            .unwrap()
    }

    fn status(&self, path: &str) -> u16 {
        self.get(path, &[]).status()
    }

    /// Returns the response to a request for a target as it stands.
    fn raw(&self, target: &str) -> String {
        let mut raw = Raw(std::net::TcpStream::connect(self.address).unwrap());
        raw.0.set_read_timeout(Some(PATIENCE)).unwrap();
        raw.says(&format!("GET {target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
        raw.read_to_close()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.handle.shutdown(Duration::ZERO);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn field(response: &Response, name: &str) -> String {
    let value = response.fields().get(name).unwrap_or_default();
    String::from_utf8_lossy(value).into_owned()
}

/// Writes a file that was modified long ago.
fn write(directory: &Directory, name: &str, content: &[u8]) {
    let path = directory.file(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, content).unwrap();
    let past = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    File::options().write(true).open(path).unwrap().set_modified(past).unwrap();
}

/// Returns a directory in which `public` is served.
fn directory() -> (Directory, Files) {
    let directory = Directory::new().unwrap();
    let large: Vec<u8> = (0..300_000_u32).map(|n| n.to_le_bytes()[n as usize % 3]).collect();
    write(&directory, "public/large.bin", &large);
    write(&directory, "public/a b.txt", b"Hello!");
    write(&directory, "public/sub/index.html", b"<p>index");
    write(&directory, "public/plain/<x>&.txt", b"x");
    write(&directory, "public/plain/.hidden", b"secret");
    write(&directory, "secret.txt", b"secret");
    let files = Files::new(directory.file("public")).unwrap();
    (directory, files)
}

#[test]
fn file_is_sent_whole_in_ranges_and_only_if_it_has_changed() {
    let (directory, files) = directory();
    let large = fs::read(directory.file("public/large.bin")).unwrap();
    for driver in DRIVERS {
        let site = Site::start(driver, files.clone());
        let response = site.get("/large.bin", &[]);
        let (etag, modified) = (field(&response, "ETag"), field(&response, "Last-Modified"));
        assert_eq!(
            (response.status(), field(&response, "Content-Length").as_str()),
            (200, "300000")
        );
        assert_eq!(modified, "Sun, 06 Nov 1994 08:49:37 GMT");
        assert!(response.bytes().unwrap() == large);
        assert_eq!(site.get("/large.bin", &[("If-None-Match", &etag)]).status(), 304);
        assert_eq!(site.get("/large.bin", &[("If-Modified-Since", &modified)]).status(), 304);
        let part = site.get("/large.bin", &[("Range", "bytes=100-250000"), ("If-Range", &etag)]);
        assert_eq!(
            (part.status(), field(&part, "Content-Range").as_str()),
            (206, "bytes 100-250000/300000")
        );
        assert!(part.bytes().unwrap() == large[100..=250_000]);
        let parts = site.get("/large.bin", &[("Range", "bytes=0-99999,200000-")]).bytes().unwrap();
        let find = |part: &[u8]| parts.windows(part.len()).any(|window| window == part);
        assert!(find(&large[..100_000]) && find(&large[200_000..]));
        assert_eq!(site.get("/large.bin", &[("Range", "bytes=300000-")]).status(), 416);
        let text = site.get("/a%20b.txt?query", &[]);
        assert_eq!(field(&text, "Content-Type"), "text/plain; charset=utf-8");
        assert_eq!(text.text().unwrap(), "Hello!");
    }
}

#[test]
fn head_has_the_fields_of_get_without_the_body() {
    let (_directory, files) = directory();
    for driver in DRIVERS {
        let site = Site::start(driver, files.clone());
        let client = Client::builder().build();
        for _ in 0..2 {
            let url = format!("http://{}/large.bin", site.address);
            let response = client.request("HEAD", &url).send().unwrap();
            assert_eq!(field(&response, "Content-Length"), "300000");
            assert_eq!(response.bytes().unwrap(), &b""[..]);
        }
        let response = client.post(&format!("http://{}/large.bin", site.address)).send().unwrap();
        assert_eq!((response.status(), field(&response, "Allow").as_str()), (405, "GET, HEAD"));
    }
}

#[test]
fn directory_is_its_index_or_a_list_if_that_is_permitted() {
    let (_directory, files) = directory();
    for driver in DRIVERS {
        let site = Site::start(driver, files.clone());
        let redirect = site.get("/sub?a=b", &[]);
        assert_eq!((redirect.status(), field(&redirect, "Location").as_str()), (301, "./sub/?a=b"));
        assert_eq!(site.get("/sub/", &[]).text().unwrap(), "<p>index");
        assert_eq!(
            (site.status("/plain/"), site.status("/"), site.status("/sub/index.html/")),
            (404, 404, 404)
        );
        let site = Site::start(driver, files.clone().listing(true).prefix("/files/"));
        let list = site.get("/files/plain/", &[]);
        assert_eq!(field(&list, "Content-Type"), "text/html; charset=utf-8");
        let page = list.text().unwrap();
        assert!(page.contains("<a href=\"./%3Cx%3E%26.txt\">&lt;x&gt;&amp;.txt</a>"), "{page}");
        assert!(page.contains("../") && !page.contains("hidden"), "{page}");
        assert_eq!(site.get("/files/plain/%3Cx%3E%26.txt", &[]).text().unwrap(), "x");
        assert_eq!(field(&site.get("/files", &[]), "Location"), "./files/");
        assert!(!site.get("/files/", &[]).text().unwrap().contains("../"));
        assert_eq!((site.status("/plain/"), site.status("/filesplain/")), (404, 404));
    }
}

#[test]
fn nothing_outside_the_directory_is_found() {
    let (directory, files) = directory();
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink(directory.file("secret.txt"), directory.file("public/out")).unwrap();
        symlink(directory.file(""), directory.file("public/up")).unwrap();
        symlink("a b.txt", directory.file("public/in")).unwrap();
    }
    for driver in DRIVERS {
        let site = Site::start(driver, files.clone().listing(true));
        for target in [
            "/../secret.txt",
            "/sub/../../secret.txt",
            "/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "/sub/..%2f..%2fsecret.txt",
            "/%2fetc/passwd",
            "//etc/passwd",
            "/a%20b.txt%00.html",
            "/out",
            "/up/secret.txt",
            "/up/",
            "/plain/.hidden",
            "/plain/%2ehidden",
            "http://h/../secret.txt",
        ] {
            let response = site.raw(target);
            assert!(response.starts_with("HTTP/1.1 404 "), "{driver:?} {target}: {response}");
        }
        if cfg!(unix) {
            assert_eq!(site.get("/in", &[]).text().unwrap(), "Hello!");
        }
        // A redirect never names another server.
        assert!(site.raw("//h/../sub").starts_with("HTTP/1.1 404 "));
        assert!(site.raw("//sub").contains("\r\nLocation: ./sub/\r\n"));
        let shown = Site::start(driver, files.clone().dot_files(true));
        assert_eq!(shown.get("/plain/.hidden", &[]).text().unwrap(), "secret");
    }
}

#[test]
fn file_that_becomes_shorter_cuts_the_response_off() {
    let (directory, files) = directory();
    /// More than sockets buffer.
    const LEN: u64 = 64 << 20;
    for driver in DRIVERS {
        let file = File::create(directory.file("public/sparse")).unwrap();
        file.set_len(LEN).unwrap();
        let site = Site::start(driver, files.clone());
        let mut response = site.get("/sparse", &[]).into_body();
        let mut room = [0; 1000];
        response.read_exact(&mut room).unwrap();
        file.set_len(1).unwrap();
        let mut rest = Vec::new();
        assert!(response.read_to_end(&mut rest).is_err(), "{driver:?}");
        assert!((rest.len() as u64) < LEN);
    }
}
