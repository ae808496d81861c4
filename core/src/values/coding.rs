//! The content codings (RFC 9110 section 8.4.1).

/// A content coding other than `identity`.
///
/// The [module](crate::coding) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Coding {
    /// gzip (RFC 1952), also named `x-gzip`. Requires the feature `gzip`.
    Gzip,
    /// The zlib format (RFC 1950), or raw deflate (RFC 1951). Requires the feature `gzip`.
    Deflate,
    /// Brotli (RFC 7932). Requires the feature `brotli`.
    Brotli,
    /// Zstandard (RFC 8878), with windows of at most 8 MiB (RFC 9659). Requires the feature `zstd`.
    Zstd,
}

impl Coding {
    /// Returns the name of the coding in Content-Encoding and Accept-Encoding.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }

    /// Returns whether the coding can be decoded, which requires that its feature is enabled.
    #[must_use]
    pub const fn is_built_in(self) -> bool {
        match self {
            Self::Gzip | Self::Deflate => cfg!(feature = "gzip"),
            Self::Brotli => cfg!(feature = "brotli"),
            Self::Zstd => cfg!(feature = "zstd"),
        }
    }

    /// Returns the coding with this name, regardless of case.
    #[must_use]
    pub fn of(name: &[u8]) -> Option<Self> {
        if name.eq_ignore_ascii_case(b"x-gzip") {
            return Some(Self::Gzip);
        }
        let all = [Self::Gzip, Self::Deflate, Self::Brotli, Self::Zstd];
        all.into_iter().find(|coding| name.eq_ignore_ascii_case(coding.name().as_bytes()))
    }
}
