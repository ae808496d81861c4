//! One large body.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use limpid_benches::drive::{Asynchronous, runtime};
use limpid_benches::measure::once;
use limpid_benches::messages;
use limpid_benches::works::body::{BODY, url};
use limpid_benches::{Failure, Job, Outcome, Subject};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::blocking::{agent, read_body};
use super::names::{HYPER, RAW, REQWEST, UREQ};
use super::tasks::{Hyper, Reqwest};

/// Reads that always start at the same address.
pub const RAW_UNALIGNED: &str = "raw sockets, unaligned";

pub(super) const SUBJECTS: &[Subject] = &[
    Subject { work: BODY, peer: RAW, run: raw },
    Subject { work: BODY, peer: RAW_UNALIGNED, run: |job| raw_plain(job, false) },
    Subject { work: BODY, peer: HYPER, run: hyper },
    Subject { work: BODY, peer: REQWEST, run: reqwest },
    Subject { work: BODY, peer: UREQ, run: ureq },
];

/// The most bytes of one read.
const READ: usize = 64 * 1024;

/// Addresses whose difference is a multiple of this are equally aligned.
const PAGE: usize = 4096;

/// The limit: without TLS or with it.
fn raw(job: &Job) -> Outcome {
    match &job.ca {
        None => raw_plain(job, true),
        Some(_) => raw_tls(job),
    }
}

/// Reads until the end of the body, which `End` detects: the end of a length by counting, the end of chunks
/// by its bytes.
fn drain(mut read: impl FnMut(u64) -> Result<(usize, bool), Failure>) -> Result<u64, Failure> {
    let mut total = 0;
    loop {
        let (n, is_last) = read(total)?;
        total += n as u64;
        if is_last {
            return Ok(total);
        }
        if n == 0 {
            return Err("the server closed the connection".into());
        }
    }
}

/// The end of the body.
#[derive(Default)]
struct End(Option<u64>);

impl End {
    /// Returns whether `bytes`, read at the offset `at` of the stream, contain the end.
    fn is_in(&mut self, at: u64, bytes: &[u8]) -> bool {
        if at == 0 {
            self.0 = messages::lengths(bytes)
                .filter(|(_, body)| *body > 0)
                .map(|(head, body)| (head + body) as u64);
        }
        match self.0 {
            Some(end) => at + bytes.len() as u64 >= end,
            // Bodies consist of one letter, so this is not data.
            None => bytes.ends_with(b"0\r\n\r\n"),
        }
    }
}

fn raw_plain(job: &Job, aligned: bool) -> Outcome {
    let mut stream = TcpStream::connect(job.server)?;
    let request = messages::request(&job.server.to_string());
    let mut buffer = vec![0; READ + 2 * PAGE];
    let base = buffer.as_ptr().align_offset(PAGE);
    once(|| {
        stream.write_all(&request)?;
        let mut end = End::default();
        drain(|at| {
            let offset = if aligned { usize::try_from(at % PAGE as u64)? } else { 0 };
            let start = base + offset;
            let n = stream.read(&mut buffer[start..start + READ])?;
            Ok((n, end.is_in(at, &buffer[start..start + n])))
        })
    })
}

fn raw_tls(job: &Job) -> Outcome {
    let mut roots = rustls::RootCertStore::empty();
    if let Some(ca) = &job.ca {
        roots.add(CertificateDer::from_pem_file(ca)?)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost")?;
    let connection = rustls::ClientConnection::new(Arc::new(config), name)?;
    let mut stream = rustls::StreamOwned::new(connection, TcpStream::connect(job.server)?);
    let request = messages::request("localhost");
    let mut buffer = vec![0; READ];
    once(|| {
        stream.write_all(&request)?;
        let mut end = End::default();
        drain(|at| {
            let n = stream.read(&mut buffer)?;
            Ok((n, end.is_in(at, &buffer[..n])))
        })
    })
}

fn hyper(job: &Job) -> Outcome {
    let runtime = runtime()?;
    let mut connection = runtime.block_on(Hyper::open(job.server))?;
    once(|| runtime.block_on(connection.exchange()))
}

fn reqwest(job: &Job) -> Outcome {
    let mut builder = reqwest::Client::builder().no_proxy();
    if let Some(ca) = &job.ca {
        let ca = reqwest::Certificate::from_pem(&std::fs::read(ca)?)?;
        builder = builder.tls_certs_only([ca]);
    }
    let (mut get, runtime) = (Reqwest::new(&builder.build()?, &url(job))?, runtime()?);
    once(|| runtime.block_on(get.exchange()))
}

fn ureq(job: &Job) -> Outcome {
    let mut builder = agent(1);
    if let Some(ca) = &job.ca {
        let ca = Certificate::from_pem(&std::fs::read(ca)?)?;
        let roots = RootCerts::from([ca].into_iter());
        builder = builder.tls_config(TlsConfig::builder().root_certs(roots).build());
    }
    let (agent, url, mut buffer) = (builder.build().new_agent(), url(job), vec![0; READ]);
    once(|| read_body(agent.get(&url).call()?, &mut buffer))
}
