//! `-C`: downloads that resume.

use std::fs;
use std::path::Path;

use super::failure::Failure;
use crate::args::{RequestArgs, Resume};
use crate::driver::Response;
use crate::output::{Opening, Place};

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
