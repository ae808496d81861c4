//! Servers that answer with 13 bytes.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::thread;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use limpid_benches::drive::runtime;
use limpid_benches::load::{ONE, PIPELINED, under_load};
use limpid_benches::responder::{Answer, Responder};
use limpid_benches::works::serving::HELLO;
pub use limpid_benches::works::serving::{SERVE, SERVE_PIPELINED};
use limpid_benches::{Failure, Job, Outcome, Subject};
use may_minihttp::{HttpService, HttpServiceFactory};

use super::names::HYPER;

/// The limit: it only finds the end of a request.
pub const RESPONDER: &str = "raw responder";
/// The crate `may_minihttp`.
pub const MAY: &str = "may_minihttp";

pub(super) const SUBJECTS: &[Subject] = &[
    Subject { work: SERVE, peer: RESPONDER, run: |job| responder(job, ONE) },
    Subject { work: SERVE, peer: HYPER, run: |job| hyper(job, ONE) },
    Subject { work: SERVE, peer: MAY, run: |job| may(job, ONE) },
    Subject { work: SERVE_PIPELINED, peer: RESPONDER, run: |job| responder(job, PIPELINED) },
    Subject { work: SERVE_PIPELINED, peer: HYPER, run: |job| hyper(job, PIPELINED) },
    Subject { work: SERVE_PIPELINED, peer: MAY, run: |job| may(job, PIPELINED) },
];

fn responder(job: &Job, load: &str) -> Outcome {
    let responder = Responder::start(Answer::with_length(HELLO.len()), 0)?;
    under_load(job, responder.address, load)
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    std::hint::black_box(request.headers().len());
    let mut response = Response::new(Full::new(Bytes::from_static(HELLO.as_bytes())));
    let value = hyper::header::HeaderValue::from_static("text/plain");
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, value);
    Ok(response)
}

fn hyper(job: &Job, load: &str) -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    listener.set_nonblocking(true)?;
    thread::spawn(move || {
        runtime()?.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            loop {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                let mut server = http1::Builder::new();
                let server = server.pipeline_flush(true);
                tokio::spawn(server.serve_connection(TokioIo::new(stream), service_fn(answer)));
            }
            #[expect(unreachable_code, reason = "it says what the block's errors are")]
            Ok::<_, Failure>(())
        })
    });
    under_load(job, address, load)
}

struct Hello;

impl HttpService for Hello {
    fn call(
        &mut self,
        request: may_minihttp::Request<'_, '_, '_>,
        response: &mut may_minihttp::Response<'_>,
    ) -> std::io::Result<()> {
        std::hint::black_box(request.headers().len());
        response.header("Content-Type: text/plain");
        response.body(HELLO);
        Ok(())
    }
}

struct Hellos;

impl HttpServiceFactory for Hellos {
    type Service = Hello;

    fn new_service(&self, _: usize) -> Hello {
        Hello
    }
}

fn may(job: &Job, load: &str) -> Outcome {
    may::config().set_workers(1);
    // It does not report its port, so a free one is chosen beforehand.
    let free: SocketAddr = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let server = Hellos.start(free)?;
    let outcome = under_load(job, free, load);
    // Its coroutines end with the process.
    std::mem::forget(server);
    outcome
}
