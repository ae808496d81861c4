//! Errors of lookups.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use limpid_core::error::{BoxError, Error as CoreError, ResolveError};

/// The error of a lookup: a kind that all resolvers share, with the resolver's own error if there is
/// one. Clones share that error, because requests for the same host share a lookup.
///
/// ```
/// use std::error::Error;
/// use limpid_io::LookupError;
/// use limpid_core::error::ResolveError;
///
/// let error = LookupError::new(ResolveError::Temporary, "192.0.2.1 does not answer");
/// assert_eq!(error.to_string(), "temporary failure in name resolution");
/// assert_eq!(error.source().unwrap().to_string(), "192.0.2.1 does not answer");
/// ```
#[derive(Clone, Debug)]
pub struct LookupError {
    kind: ResolveError,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl LookupError {
    /// Creates an error of this kind with its source, which is an error of any type or a text.
    pub fn new(kind: ResolveError, source: impl Into<BoxError>) -> Self {
        Self { kind, source: Some(source.into().into()) }
    }

    /// Returns the kind of the failure.
    #[must_use]
    pub const fn kind(&self) -> ResolveError {
        self.kind
    }
}

impl From<ResolveError> for LookupError {
    fn from(kind: ResolveError) -> Self {
        Self { kind, source: None }
    }
}

impl From<LookupError> for CoreError {
    fn from(LookupError { kind, source }: LookupError) -> Self {
        match source {
            Some(source) => Self::from(kind).with_source(source),
            None => kind.into(),
        }
    }
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl StdError for LookupError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}
