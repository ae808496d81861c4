//! A real server: nginx, with a configuration of its own.

use std::fs;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::certificates::{Certificates, Identity};
use crate::directory::Directory;

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(15);

/// The size of the file `big`.
pub const BIG: usize = 8 << 20;

/// nginx on two ports of loopback, until this is dropped. It serves `index.html`, the files `big`
/// and `empty`, and nothing else.
#[derive(Debug)]
pub struct Nginx {
    child: Child,
    /// The port without TLS.
    pub http: u16,
    /// The port with TLS.
    pub https: u16,
    certificates: Certificates,
    directory: Directory,
}

impl Nginx {
    /// Starts it.
    ///
    /// # Errors
    /// It is not installed, or does not answer on its ports.
    pub fn start() -> io::Result<Self> {
        let directory = Directory::new()?;
        let certificates = Certificates::new()?;
        let identity = certificates.issue(Identity::Good)?;
        directory.write("server.pem", identity.certificate.pem())?;
        directory.write("server.key", identity.key.serialize_pem())?;
        let root = directory.file("root");
        fs::create_dir(&root)?;
        fs::write(root.join("index.html"), INDEX)?;
        fs::write(root.join("big"), big())?;
        fs::write(root.join("empty"), "")?;
        let (http, https) = (free_port()?, free_port()?);
        let configuration = directory.write("nginx.conf", configuration(http, https))?;
        let child = Command::new("nginx")
            .args(["-e", "stderr", "-p"])
            .arg(directory.path())
            .arg("-c")
            .arg(configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(directory.file("stderr"))?)
            .spawn()?;
        let mut nginx = Self { child, http, https, certificates, directory };
        nginx.wait()?;
        Ok(nginx)
    }

    /// The file with the authority's certificate.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.certificates.ca_file()
    }

    fn wait(&mut self) -> io::Result<()> {
        let start = Instant::now();
        for port in [self.http, self.https] {
            while let Err(error) = TcpStream::connect(("127.0.0.1", port)) {
                if self.child.try_wait()?.is_some() || start.elapsed() > PATIENCE {
                    let told = fs::read_to_string(self.directory.file("stderr"))?;
                    return Err(io::Error::other(format!("nginx did not start: {error}; {told}")));
                }
                thread::sleep(Duration::from_millis(10));
            }
        }
        Ok(())
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // It is one process, so nothing of it is left.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What `/` is.
pub const INDEX: &str = "<p>Hello from nginx.</p>\n";

/// What `/big` is: no two blocks of it are the same.
#[must_use]
pub fn big() -> Vec<u8> {
    (0..BIG / 8).flat_map(|index| format!("{index:07}\n").into_bytes()).collect()
}

/// A port that nobody listens on.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// One process in the foreground, which writes nothing outside its directory.
fn configuration(http: u16, https: u16) -> String {
    format!(
        "daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    client_max_body_size 16m;
    default_type application/octet-stream;
    types {{ text/html html; }}
    gzip off;
    keepalive_timeout 30;
    server {{
        listen 127.0.0.1:{http};
        listen 127.0.0.1:{https} ssl;
        server_name localhost;
        ssl_certificate server.pem;
        ssl_certificate_key server.key;
        root root;
    }}
}}
"
    )
}
