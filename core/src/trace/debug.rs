//! `Debug` of what may contain secrets: it shows what [`Capture::Default`] shows, because what is formatted
//! with `{:?}` usually goes to a log.

use alloc::string::String;
use core::fmt;

use super::capture::{Capture, HIDDEN};
use super::owned::{OwnedCredentials, OwnedRequestHead, OwnedResponseHead};
use super::value::Credentials;
use crate::fields::Field;
use crate::head::{RequestHead, ResponseHead};

/// Formats the target of a request as text, with its secrets hidden.
pub(crate) struct ShownTarget<'a>(pub(crate) &'a [u8]);

impl fmt::Debug for ShownTarget<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*Capture::Default.url(&String::from_utf8_lossy(self.0)), f)
    }
}

/// Formats bytes as text.
pub(crate) struct ShownBytes<'a>(pub(crate) &'a [u8]);

impl fmt::Debug for ShownBytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = Capture::Default.field(self.name, self.value);
        write!(f, "{}: {}", self.name.escape_ascii(), value.escape_ascii())
    }
}

impl fmt::Debug for RequestHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestHead")
            .field("method", &ShownBytes(self.method))
            .field("target", &ShownTarget(self.target))
            .field("version", &self.version)
            .field("fields", &self.fields)
            .finish()
    }
}

impl fmt::Debug for OwnedRequestHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.borrow().fmt(f)
    }
}

impl fmt::Debug for ResponseHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseHead")
            .field("version", &self.version)
            .field("status", &self.status)
            .field("reason", &ShownBytes(self.reason))
            .field("fields", &self.fields)
            .finish()
    }
}

impl fmt::Debug for OwnedResponseHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.borrow().fmt(f)
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &ShownBytes(self.user))
            .field("password", &ShownBytes(HIDDEN.as_bytes()))
            .finish()
    }
}

impl fmt::Debug for OwnedCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.borrow().fmt(f)
    }
}
