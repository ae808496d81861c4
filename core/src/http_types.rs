//! Conversions from and to the types of the crate [`http`].
//!
//! Methods and status codes need no conversion: both crates have them as bytes and as a number, and
//! [`http::Method::from_bytes`] and [`http::StatusCode::from_u16`] read them.
//!
//! # What is lost
//!
//! A [`HeaderMap`] keeps the order of the values of one name. It has neither the case of names nor the order of
//! different names, which [`Fields`] have. The crate has no reason phrase, and no version between
//! HTTP/1.1 and HTTP/2.
//!
//! ```
//! use http::HeaderMap;
//! use limpid_core::fields::FieldBlock;
//!
//! let mut block = FieldBlock::new();
//! block.push(b"Set-Cookie", b"a=1");
//! block.push(b"Age", b"10");
//! block.push(b"set-cookie", b"b=2");
//!
//! let map = HeaderMap::try_from(block.fields())?;
//! assert_eq!(map.get_all("set-cookie").iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
//! assert_eq!(FieldBlock::from(&map).fields().all("set-cookie").count(), 2);
//! # Ok::<(), http::Error>(())
//! ```

use alloc::string::ToString;
use core::fmt;

use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::uri::{InvalidUri, Uri};

use crate::client::{Url, UrlError};
use crate::fields::{FieldBlock, Fields};
use crate::http1::{RequestHead, ResponseHead, Version};

impl TryFrom<Fields<'_>> for HeaderMap {
    type Error = http::Error;

    /// Converts fields. The order within each name is kept.
    ///
    /// # Errors
    /// The crate `http` rejects a name or a value, which a tolerance has let pass, or there are more fields
    /// than a map can have.
    fn try_from(fields: Fields<'_>) -> Result<Self, http::Error> {
        let mut map = Self::try_with_capacity(fields.len())?;
        for field in fields {
            let name = HeaderName::from_bytes(field.name)?;
            map.try_append(name, HeaderValue::from_bytes(field.value)?)?;
        }
        Ok(map)
    }
}

impl From<&HeaderMap> for FieldBlock {
    /// Converts fields. The order within each name is kept; names are in lower case.
    fn from(map: &HeaderMap) -> Self {
        let mut block = Self::with_capacity(map.len(), map.len() * 32);
        block.extend(map);
        block
    }
}

impl<'m> Extend<(&'m HeaderName, &'m HeaderValue)> for FieldBlock {
    fn extend<I: IntoIterator<Item = (&'m HeaderName, &'m HeaderValue)>>(&mut self, fields: I) {
        for (name, value) in fields {
            self.push(name.as_ref(), value.as_bytes());
        }
    }
}

impl From<Version> for http::Version {
    /// Converts a version. Those above HTTP/1.1 become HTTP/1.1, the highest that is defined
    /// (RFC 9110 section 2.5).
    fn from(version: Version) -> Self {
        if version == Version::HTTP_10 { Self::HTTP_10 } else { Self::HTTP_11 }
    }
}

impl TryFrom<http::Version> for Version {
    type Error = UnsupportedVersion;

    /// Converts a version.
    ///
    /// # Errors
    /// It is neither HTTP/1.0 nor HTTP/1.1.
    fn try_from(version: http::Version) -> Result<Self, UnsupportedVersion> {
        match version {
            http::Version::HTTP_10 => Ok(Self::HTTP_10),
            http::Version::HTTP_11 => Ok(Self::HTTP_11),
            _ => Err(UnsupportedVersion(version)),
        }
    }
}

/// The error for a version other than HTTP/1.0 and HTTP/1.1.
///
/// ```
/// use limpid_core::http1::Version;
/// use limpid_core::http_types::UnsupportedVersion;
///
/// assert_eq!(Version::try_from(http::Version::HTTP_10), Ok(Version::HTTP_10));
/// assert!(matches!(Version::try_from(http::Version::HTTP_2), Err(UnsupportedVersion(_))));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnsupportedVersion(pub http::Version);

impl fmt::Display for UnsupportedVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not supported: only HTTP/1.0 and HTTP/1.1 are", self.0)
    }
}

impl core::error::Error for UnsupportedVersion {}

impl TryFrom<&Url> for Uri {
    type Error = InvalidUri;

    /// Converts a URL, without its fragment.
    ///
    /// # Errors
    /// It is too long for a [`Uri`], or has characters that a [`Uri`] does not allow.
    fn try_from(url: &Url) -> Result<Self, InvalidUri> {
        url.as_str().parse()
    }
}

impl TryFrom<&Uri> for Url {
    type Error = UrlError;

    /// Converts a URI, which needs a scheme and a host.
    ///
    /// # Errors
    /// It is not a valid http or https URL.
    fn try_from(uri: &Uri) -> Result<Self, UrlError> {
        uri.to_string().parse()
    }
}

impl TryFrom<RequestHead<'_>> for http::Request<()> {
    type Error = http::Error;

    /// Converts the head of a request. Its URI is the target as sent, usually a path and a query.
    ///
    /// # Errors
    /// The target is not a valid [`Uri`], or the method or a field is not valid in the crate `http`.
    fn try_from(head: RequestHead<'_>) -> Result<Self, http::Error> {
        let mut request = Self::new(());
        *request.method_mut() = http::Method::from_bytes(head.method)?;
        *request.uri_mut() = Uri::try_from(head.target)?;
        *request.version_mut() = head.version.into();
        *request.headers_mut() = head.fields.try_into()?;
        Ok(request)
    }
}

impl TryFrom<ResponseHead<'_>> for http::Response<()> {
    type Error = http::Error;

    /// Converts the head of a response, without its reason phrase.
    ///
    /// # Errors
    /// A field is not valid in the crate `http`.
    fn try_from(head: ResponseHead<'_>) -> Result<Self, http::Error> {
        let mut response = Self::new(());
        *response.status_mut() = http::StatusCode::from_u16(head.status)?;
        *response.version_mut() = head.version.into();
        *response.headers_mut() = head.fields.try_into()?;
        Ok(response)
    }
}
