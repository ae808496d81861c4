//! `-C`: downloads and uploads that resume.

use std::fs;
use std::path::Path;

use super::failure::Failure;
use crate::args::{RequestArgs, Resume};
use crate::driver::Response;
use crate::output::{Opening, Place};
use crate::payload::Payload;

/// What a response to a resumed download is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resumed {
    /// The rest of the content, or all of it.
    Body,
    /// A statement that there is no rest.
    Complete,
}

/// Returns the offset at which the download resumes into this file, or 0.
pub(super) fn offset(args: &RequestArgs, path: Option<&Path>) -> u64 {
    match args.response.files.continue_at {
        None => 0,
        Some(Resume::At(offset)) => offset,
        Some(Resume::End) => {
            path.and_then(|path| fs::metadata(path).ok()).map_or(0, |file| file.len())
        }
    }
}

/// What is sent of a file of `-T`.
pub(super) struct Upload {
    pub(super) payload: Payload,
    /// The value of Content-Range, if it is the rest of the file.
    pub(super) range: Option<String>,
}

/// Returns the rest of a file of `-T`. As in curl, it begins at its start if the offset is not a number.
pub(super) fn rest(payload: Payload, at: Resume, file: &str) -> Result<Upload, Failure> {
    let (offset, length) = match at {
        Resume::At(0) => return Ok(Upload { payload, range: None }),
        Resume::At(offset) => (offset, payload.length()),
        Resume::End => (0, payload.length()),
    };
    if let Some(length) = length.filter(|length| offset > 0 && offset >= *length) {
        return Err(Failure::NoRest(file.to_owned(), length));
    }
    // The last position of standard input is not known, so that there is no Content-Range for it.
    let range = length.filter(|length| *length > 0);
    let range = range.map(|length| format!("bytes {offset}-{}/{length}", length - 1));
    let payload = payload.skip(offset).map_err(|error| Failure::Upload(file.to_owned(), error))?;
    Ok(Upload { payload, range })
}

/// Keeps what the file of a resumed download contains.
pub(super) fn append(place: &mut Place) {
    if let Place::File { opening, .. } = place {
        *opening = Opening::Append;
    }
}

/// Checks that a response continues at this offset.
pub(super) fn accepted(response: &Response<'_>, offset: u64) -> Result<Resumed, Failure> {
    if offset == 0 {
        return Ok(Resumed::Body);
    }
    match response.status() {
        416 => Ok(Resumed::Complete),
        206 if start(response) == Some(offset) => Ok(Resumed::Body),
        200 if length(response) == Some(offset) => Ok(Resumed::Complete),
        _ => Err(Failure::Range),
    }
}

/// Returns the first position of a Content-Range.
fn start(response: &Response<'_>) -> Option<u64> {
    let range = std::str::from_utf8(response.fields().get("Content-Range")?).ok()?;
    let range = range.trim_start_matches(|c: char| !c.is_ascii_digit());
    range.split('-').next()?.trim().parse().ok()
}

/// Returns the announced length of the body.
pub(super) fn length(response: &Response<'_>) -> Option<u64> {
    let length = std::str::from_utf8(response.fields().get("Content-Length")?).ok()?;
    length.trim().parse().ok()
}
