//! Messages in memory.

use std::mem::MaybeUninit;

use httparse::{ParserConfig, Response, parse_chunk_size};
use limpid_benches::measure::repeat;
use limpid_benches::messages::{self, RESPONSE_5, RESPONSE_13};
use limpid_benches::works::parse::{CHUNKED, CHUNKS, EXCHANGE, HEAD};
use limpid_benches::{Failure, Job, Outcome, Subject};
use limpid_picohttpparser::Parsed;
use ureq_proto::client::{Call, RecvResponseResult, SendRequestResult};
use ureq_proto::http::Request;

use super::memory;
use super::names::HYPER;

/// The crate `httparse`: only parsing, without decisions and state.
pub const HTTPARSE: &str = "httparse";
/// picohttpparser: the same, in C. Its wrapper here puts the fields into a `Vec`.
pub const PICO: &str = "picohttpparser";
/// The crate `ureq-proto`: request and response.
pub const UREQ_PROTO: &str = "ureq-proto";

pub(super) const SUBJECTS: &[Subject] = &[
    Subject { work: HEAD, peer: HTTPARSE, run: |job| httparse_head(job, RESPONSE_13) },
    Subject { work: HEAD, peer: PICO, run: pico_head },
    Subject { work: HEAD, peer: UREQ_PROTO, run: |job| ureq_proto(job, RESPONSE_13, 1) },
    Subject { work: HEAD, peer: HYPER, run: |job| memory::hyper(job, RESPONSE_13, 1) },
    Subject { work: EXCHANGE, peer: HTTPARSE, run: |job| httparse_head(job, RESPONSE_5) },
    Subject { work: EXCHANGE, peer: UREQ_PROTO, run: |job| ureq_proto(job, RESPONSE_5, 1) },
    Subject { work: EXCHANGE, peer: HYPER, run: |job| memory::hyper(job, RESPONSE_5, 1) },
    Subject { work: CHUNKED, peer: HTTPARSE, run: httparse_chunks },
    Subject { work: CHUNKED, peer: UREQ_PROTO, run: |job| ureq_proto(job, &body(), CHUNKS as u64) },
    Subject { work: CHUNKED, peer: HYPER, run: |job| memory::hyper(job, &body(), CHUNKS as u64) },
];

fn body() -> Vec<u8> {
    messages::chunked_response(CHUNKS, 64)
}

/// Returns the length of the head.
fn parse_head(bytes: &[u8]) -> Result<usize, Failure> {
    let mut fields = [MaybeUninit::uninit(); 64];
    let mut response = Response::new(&mut []);
    let status = ParserConfig::default().parse_response_with_uninit_headers(
        &mut response,
        bytes,
        &mut fields,
    )?;
    std::hint::black_box(&response);
    match status {
        httparse::Status::Complete(len) => Ok(len),
        httparse::Status::Partial => Err("the head is not whole".into()),
    }
}

fn httparse_head(job: &Job, bytes: &[u8]) -> Outcome {
    parse_head(bytes)?;
    repeat(job, 1, || {
        let _ = std::hint::black_box(parse_head(std::hint::black_box(bytes)));
    })
}

fn pico_head(job: &Job) -> Outcome {
    let parse = || match limpid_picohttpparser::response(std::hint::black_box(RESPONSE_13)) {
        Parsed::Complete(head) => std::hint::black_box(head).fields.len(),
        _ => 0,
    };
    if parse() != 13 {
        return Err("picohttpparser finds other fields".into());
    }
    repeat(job, 1, || {
        std::hint::black_box(parse());
    })
}

fn httparse_chunks(job: &Job) -> Outcome {
    let body = body();
    let chunks = &body[parse_head(&body)?..];
    let bytes = read_chunks(chunks)?;
    if bytes != CHUNKS * 64 {
        return Err("httparse finds other chunks".into());
    }
    repeat(job, CHUNKS as u64, || {
        let _ = std::hint::black_box(read_chunks(std::hint::black_box(chunks)));
    })
}

/// Returns the number of bytes in all chunks.
fn read_chunks(mut bytes: &[u8]) -> Result<usize, Failure> {
    let mut total = 0;
    loop {
        let status = parse_chunk_size(bytes).map_err(|_| "no chunk size")?;
        let httparse::Status::Complete((line, size)) = status else {
            return Err("the chunk size is not whole".into());
        };
        let size = usize::try_from(size)?;
        if size == 0 {
            return Ok(total);
        }
        std::hint::black_box(&bytes[line..line + size]);
        total += size;
        bytes = &bytes[line + size + 2..];
    }
}

fn ureq_proto(job: &Job, response: &[u8], units: u64) -> Outcome {
    let mut room = vec![0; 512 * 1024];
    ureq_exchange(response, &mut room)?;
    repeat(job, units, || {
        let _ = std::hint::black_box(ureq_exchange(std::hint::black_box(response), &mut room));
    })
}

/// Sends a request and reads the response. Returns the length of the body.
fn ureq_exchange(response: &[u8], room: &mut [u8]) -> Result<usize, Failure> {
    let mut request = Request::get("http://www.example.com/");
    for (name, value) in messages::REQUEST_FIELDS {
        request = request.header(name, value);
    }
    let mut call = Call::new(request.body(())?)?.proceed();
    while !call.can_proceed() {
        call.write(room)?;
    }
    let Some(SendRequestResult::RecvResponse(mut call)) = call.proceed()? else {
        return Err("ureq-proto does not wait for the response".into());
    };
    let (mut at, head) = call.try_response(response, true)?;
    std::hint::black_box(head);
    let Some(RecvResponseResult::RecvBody(mut call)) = call.proceed() else { return Ok(0) };
    let mut bytes = 0;
    while !call.can_proceed() {
        let (read, written) = call.read(&response[at..], &mut room[bytes..])?;
        at += read;
        bytes += written;
    }
    Ok(bytes)
}
