//! What is to be transferred.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::resume::{self, Upload};
use super::target::Target;
use crate::args::{Destination, FileArgs, RequestArgs};
use crate::driver::Response;
use crate::output::{Opening, Place, file_name};
use crate::payload::{Form, Payload};
use crate::write_out::Transfer;

/// The transfer of one URL.
pub(super) struct Job {
    /// Its index among the transfers of a set of options, from 0.
    pub(super) number: usize,
    /// The index of the argument that its URL is of, from 0.
    pub(super) argument: usize,
    pub(super) url: String,
    /// Where the body is written; `None` for standard output.
    pub(super) destination: Option<Destination>,
    /// The file of `-T`.
    pub(super) upload: Option<String>,
}

impl Job {
    pub(super) const fn is_first(&self) -> bool {
        self.number == 0
    }

    /// Returns what is known of the transfer before it begins.
    pub(super) fn transfer(&self, args: &RequestArgs) -> Transfer {
        Transfer::new(&self.url, self.argument, args.method(self.upload.is_some()))
            .referer(args.message.first_referer())
    }

    /// Returns the URL, which gets the name of the file that is sent if it ends with a slash.
    pub(super) fn url(&self) -> Cow<'_, str> {
        let named = self.upload.as_deref().and_then(|file| with_name(&self.url, file));
        named.map_or(Cow::Borrowed(&self.url), Cow::Owned)
    }

    /// Opens the file that is sent, if there is one.
    pub(super) fn payload(&self, args: &RequestArgs) -> Result<Option<Upload>, Failure> {
        let Some(file) = &self.upload else { return Ok(None) };
        let mut payload = Payload::default();
        if matches!(file.as_str(), "-" | ".") {
            payload.push_stdin();
        } else {
            let added = payload.push_file(file, Form::Unchanged);
            added.map_err(|error| Failure::Upload(file.clone(), error))?;
        }
        match args.response.files.continue_at {
            Some(at) => resume::rest(payload, at, file).map(Some),
            None => Ok(Some(Upload { payload, range: None })),
        }
    }

    /// Returns the name that the server gives to the file, if the arguments ask for it.
    pub(super) fn name_of_server(
        &self,
        response: &Response<'_>,
        args: &RequestArgs,
    ) -> Option<String> {
        let is_asked = args.response.files.remote_header_name
            && self.destination == Some(Destination::RemoteName);
        let value = response.fields().get("Content-Disposition").filter(|_| is_asked)?;
        file_name::of_disposition(value)
    }

    /// Returns where the body is written: with a `name` of the server, in that file.
    pub(super) fn place(
        &self,
        target: &Target,
        name: Option<String>,
        args: &RequestArgs,
    ) -> Result<Place, Failure> {
        let FileArgs { output_dir, create_dirs, no_clobber, .. } = &args.response.files;
        let mut opening = if *no_clobber { Opening::Numbered } else { Opening::Replace };
        let file: OsString = match (&self.destination, name) {
            (None, _) => return Ok(Place::Stdout { binary: false }),
            (Some(Destination::File(path)), _) if path == Path::new("-") => {
                return Ok(Place::Stdout { binary: true });
            }
            (Some(Destination::File(path)), _) => path.clone().into(),
            (Some(Destination::RemoteName), Some(name)) => {
                opening = if *no_clobber { Opening::Numbered } else { Opening::New };
                name.into()
            }
            (Some(Destination::RemoteName), None) => {
                file_name::of_url(&target.url).ok_or(Failure::NoName)?.into()
            }
        };
        let path = match output_dir {
            Some(directory) => {
                let mut path = directory.clone().into_os_string();
                path.push("/");
                path.push(file);
                PathBuf::from(path)
            }
            None => file.into(),
        };
        Ok(Place::File { path, opening, create_dirs: *create_dirs })
    }
}

/// Returns the URL with the name of a file, if its path has none.
fn with_name(url: &str, file: &str) -> Option<String> {
    let name = file.rsplit(['/', '\\']).next().filter(|name| !matches!(*name, "-" | "." | ""))?;
    let (url, rest) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let (_, path) = url[after_scheme..].split_once('/').unwrap_or_default();
    if !(path.is_empty() || path.ends_with('/')) {
        return None;
    }
    let slash = if url.ends_with('/') { "" } else { "/" };
    Some([url, slash, &encoded(name), rest].concat())
}

/// Percent-encodes what is not unreserved (RFC 3986 section 2.3).
fn encoded(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_of_a_directory_gets_the_name_of_the_file() {
        let named = |url, file| with_name(url, file);
        assert_eq!(named("http://h/a/", "/tmp/b c.txt").as_deref(), Some("http://h/a/b%20c.txt"));
        assert_eq!(named("http://h", "b").as_deref(), Some("http://h/b"));
        assert_eq!(named("h:80", "b").as_deref(), Some("h:80/b"));
        assert_eq!(named("http://h/a/?b/#c", "d").as_deref(), Some("http://h/a/d?b/#c"));
        assert_eq!(named("http://h?a", "b").as_deref(), Some("http://h/b?a"));
        for (url, file) in [("http://h/a", "b"), ("http://h/a?b/", "c"), ("http://h/", "-")] {
            assert_eq!(named(url, file), None, "{url} {file}");
        }
    }
}
