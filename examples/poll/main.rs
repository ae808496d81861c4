//! A driver over poll(2), and a program that uses it: `poll URL [FILE]` prints a page, and trusts the
//! certificates in the file; `poll` alone serves a page.

#[cfg(unix)]
mod driver;

#[cfg(unix)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use std::io::Write;
    use std::os::{fd::AsFd, unix::net::UnixStream};

    use limpid_core::client::{Event, Options, Pool, Request};
    use limpid_core::server::Outcome;
    use limpid_core::trace::{ExchangeId, NoSink};
    use rustls::pki_types::{CertificateDer, pem::PemObject};

    // Dropping the other end stops everything.
    let (stop, _other) = UnixStream::pair()?;
    let Some(url) = std::env::args().nth(1) else {
        let listener = std::net::TcpListener::bind("127.0.0.1:8080")?.into();
        let handler = || -> driver::Handler {
            Box::new(|_, session, sink| {
                let answered = session.answer(driver::now(), &sink, 200, "Hello!\n".into());
                let outcome = answered.map_or(Outcome::Failed, |()| Outcome::Done);
                session.handled(driver::now(), &sink, outcome);
            })
        };
        let (options, tls, sink) = (Default::default(), None, &NoSink);
        let server = driver::Server { options, tls, sink, handler };
        return Ok(server.run(&listener, stop.as_fd())?);
    };
    let mut roots = rustls::RootCertStore::empty();
    if let Some(file) = std::env::args().nth(2) {
        roots.add(CertificateDer::from_pem_file(file)?)?;
    }
    let tls = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let mut client = driver::Client {
        options: Options::with(|options| options.redirects = Some(20)).into(),
        tls: tls.into(),
        pool: Pool::new(Default::default()),
        sink: &NoSink,
        last: ExchangeId(0),
    };
    let request = Request::builder(b"GET", url.parse()?).build();
    client.fetch(request, &std::iter::empty(), stop.as_fd(), &mut |event| {
        if let Event::Data(data) = event {
            _ = std::io::stdout().write_all(data);
        }
    })?;
    Ok(())
}

#[cfg(not(unix))]
fn main() -> Result<(), &'static str> {
    Err("poll(2) is a call of Unix: see the example over mio")
}
