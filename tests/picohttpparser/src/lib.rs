//! Heads as read by [picohttpparser], a parser that shares no code and no author with limpid's.
//!
//! ```
//! use limpid_picohttpparser::{Parsed, request};
//!
//! let Parsed::Complete(head) = request(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") else { panic!() };
//! assert_eq!((head.method, head.target, head.minor), (&b"GET"[..], &b"/"[..], 1));
//! assert_eq!(head.fields, [(&b"Host"[..], &b"a"[..])]);
//! ```
//!
//! [picohttpparser]: https://github.com/h2o/picohttpparser

use std::ffi::{c_char, c_int};
use std::ptr;

use picohttpparser_sys::{phr_header, phr_parse_request, phr_parse_response};

/// Heads with more fields are rejected.
pub const MAX_FIELDS: usize = 256;

/// The result of parsing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed<T> {
    /// A whole head.
    Complete(T),
    /// More bytes are needed.
    Partial,
    /// The bytes are not a head.
    Refused,
}

/// A name and a value. A line that continues the value before it has an empty name.
pub type Field<'a> = (&'a [u8], &'a [u8]);

/// The head of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// The method.
    pub method: &'a [u8],
    /// The target.
    pub target: &'a [u8],
    /// The minor version.
    pub minor: i32,
    /// The fields, including the blanks after their values.
    pub fields: Vec<Field<'a>>,
    /// The length of the head.
    pub len: usize,
}

/// The head of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response<'a> {
    /// The minor version.
    pub minor: i32,
    /// The status code.
    pub status: i32,
    /// The reason phrase.
    pub reason: &'a [u8],
    /// The fields, including the blanks after their values.
    pub fields: Vec<Field<'a>>,
    /// The length of the head.
    pub len: usize,
}

/// Reads the head of a request.
#[must_use]
pub fn request(bytes: &[u8]) -> Parsed<Request<'_>> {
    let mut headers = [phr_header::default(); MAX_FIELDS];
    let (mut method, mut method_len) = (ptr::null(), 0);
    let (mut target, mut target_len) = (ptr::null(), 0);
    let (mut minor, mut count) = (0, headers.len());
    // SAFETY: each pointer is to a live variable of the type that the C function writes, `bytes` has the
    // given length, and `count` is the capacity of the headers.
    let result = unsafe {
        phr_parse_request(
            bytes.as_ptr().cast(),
            bytes.len(),
            &raw mut method,
            &raw mut method_len,
            &raw mut target,
            &raw mut target_len,
            &raw mut minor,
            headers.as_mut_ptr(),
            &raw mut count,
            0,
        )
    };
    parsed(result, |len| Request {
        method: within(bytes, method, method_len),
        target: within(bytes, target, target_len),
        minor,
        fields: fields(bytes, &headers[..count]),
        len,
    })
}

/// Reads the head of a response.
#[must_use]
pub fn response(bytes: &[u8]) -> Parsed<Response<'_>> {
    let mut headers = [phr_header::default(); MAX_FIELDS];
    let (mut reason, mut reason_len) = (ptr::null(), 0);
    let (mut minor, mut status, mut count) = (0, 0, headers.len());
    // SAFETY: as in `request`.
    let result = unsafe {
        phr_parse_response(
            bytes.as_ptr().cast(),
            bytes.len(),
            &raw mut minor,
            &raw mut status,
            &raw mut reason,
            &raw mut reason_len,
            headers.as_mut_ptr(),
            &raw mut count,
            0,
        )
    };
    parsed(result, |len| Response {
        minor,
        status,
        reason: within(bytes, reason, reason_len),
        fields: fields(bytes, &headers[..count]),
        len,
    })
}

/// Converts the result of the C functions.
fn parsed<T>(result: c_int, head: impl FnOnce(usize) -> T) -> Parsed<T> {
    match result {
        -2 => Parsed::Partial,
        result => {
            usize::try_from(result).map_or(Parsed::Refused, |len| Parsed::Complete(head(len)))
        }
    }
}

fn fields<'a>(bytes: &'a [u8], headers: &[phr_header]) -> Vec<Field<'a>> {
    let field = |header: &phr_header| {
        (within(bytes, header.name, header.name_len), within(bytes, header.value, header.value_len))
    };
    headers.iter().map(field).collect()
}

/// Returns the slice of `bytes` at a pointer into them with a length; a null pointer is an empty slice.
fn within(bytes: &[u8], start: *const c_char, len: usize) -> &[u8] {
    if start.is_null() {
        return &[];
    }
    let start = start as usize - bytes.as_ptr() as usize;
    &bytes[start..start + len]
}
