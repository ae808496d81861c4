//! The releases whose lines are written.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use limpid_core::trace::Logger;

use crate::list::List;

/// The release whose lines are written. The lines of httpx and httpcore change between their releases, so a
/// profile is named after its release and does not change.
///
/// ```
/// use limpid_core::trace::Logger;
/// use limpid_sinks::python::Profile;
///
/// let profile: Profile = "httpx2".parse()?;
/// assert_eq!(profile, Profile::HTTPX2_2_16);
/// assert_eq!(profile.logger(Logger::Http11), "httpcore2.http11");
/// # Ok::<(), limpid_sinks::python::UnknownProfile>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Profile {
    name: &'static str,
    package: Package,
    /// The line of `_ssl.c` that failed handshakes name.
    pub(super) ssl_line: u16,
    /// The line of `_ssl.c` that handshakes name after a timeout.
    pub(super) ssl_timeout_line: u16,
}

/// The package that writes the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Package {
    Httpx,
    /// The successor of httpx, with loggers and classes of its own names.
    Httpx2,
}

impl Profile {
    /// The lines of httpx 0.28 with httpcore 1.0, h11 0.16 and Python 3.11; the TLS configuration and its
    /// creation are shown as in their documentation.
    pub const HTTPX_0_28: Self =
        Self { name: "httpx-0.28", package: Package::Httpx, ssl_line: 1006, ssl_timeout_line: 989 };

    /// The lines of httpx2 2.16 with httpcore2 2.16, h11 0.16 and Python 3.11. The loggers are `httpx2` and
    /// `httpcore2` with its descendants, classes are those of `httpcore2`, and connections through SOCKS
    /// proxies show the time limits of the request.
    pub const HTTPX2_2_16: Self =
        Self { name: "httpx2-2.16", package: Package::Httpx2, ..Self::HTTPX_0_28 };

    /// Every profile.
    pub const ALL: &'static [Self] = &[Self::HTTPX_0_28, Self::HTTPX2_2_16];

    /// Returns the name, such as `httpx-0.28`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Returns the name of the package, `httpx` or `httpx2`. It names the newest profile of the package.
    #[must_use]
    pub const fn package(self) -> &'static str {
        match self.package {
            Package::Httpx => "httpx",
            Package::Httpx2 => "httpx2",
        }
    }

    /// Returns the name under which lines show a logger.
    #[must_use]
    pub const fn logger(self, logger: Logger) -> &'static str {
        match (self.package, logger) {
            (Package::Httpx2, Logger::Httpx) => "httpx2",
            (Package::Httpx2, Logger::Connection) => "httpcore2.connection",
            (Package::Httpx2, Logger::Http11) => "httpcore2.http11",
            (Package::Httpx2, Logger::Proxy) => "httpcore2.proxy",
            (Package::Httpx2, Logger::Socks) => "httpcore2.socks",
            (_, logger) => logger.name(),
        }
    }

    /// Returns the name of a logger, or of an ancestor of loggers, in this profile for its name in any
    /// profile: `httpcore2.proxy` for `httpcore.proxy`, for example. Other names stay as they are.
    #[must_use]
    pub fn translate(self, name: &str) -> Cow<'_, str> {
        let (head, rest) = name.split_at(name.find('.').unwrap_or(name.len()));
        let head = match (head, self.package) {
            ("httpx" | "httpx2", _) => self.package(),
            ("httpcore" | "httpcore2", Package::Httpx) => "httpcore",
            ("httpcore" | "httpcore2", Package::Httpx2) => "httpcore2",
            _ => return Cow::Borrowed(name),
        };
        Cow::Owned(format!("{head}{rest}"))
    }

    /// Returns whether the lines are those of httpx2.
    pub(super) const fn is_httpx2(self) -> bool {
        matches!(self.package, Package::Httpx2)
    }
}

impl Default for Profile {
    /// Returns the profile of the documented lines.
    fn default() -> Self {
        Self::HTTPX_0_28
    }
}

impl Display for Profile {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

impl FromStr for Profile {
    type Err = UnknownProfile;

    /// Finds a profile by its name, or the newest one of a package.
    fn from_str(name: &str) -> Result<Self, UnknownProfile> {
        let mut newest_first = Self::ALL.iter().rev();
        newest_first
            .find(|profile| profile.name == name || profile.package() == name)
            .copied()
            .ok_or_else(|| UnknownProfile(name.into()))
    }
}

/// There is no profile of this name.
///
/// [`Profile`] has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownProfile(Box<str>);

impl Display for UnknownProfile {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names = Profile::ALL.iter().flat_map(|profile| [profile.package(), profile.name()]);
        write!(f, "{:?} is not a profile; the profiles are {}", self.0, List(names))
    }
}

impl std::error::Error for UnknownProfile {}

/// The class of httpcore that streams are shown as.
///
/// It is a setting of [`Messages`](super::Messages), which have an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum StreamClass {
    /// Those of the synchronous client.
    #[default]
    Sync,
    /// That of the asynchronous client on asyncio.
    AnyIo,
}

impl StreamClass {
    /// Returns the class of a stream with this many layers of TLS.
    pub(super) const fn name(self, profile: Profile, layers: u8) -> &'static str {
        match (profile.package, self, layers) {
            (Package::Httpx, Self::Sync, 0 | 1) => "httpcore._backends.sync.SyncStream",
            (Package::Httpx, Self::Sync, _) => "httpcore._backends.sync.TLSinTLSStream",
            (Package::Httpx, Self::AnyIo, _) => "httpcore._backends.anyio.AnyIOStream",
            (Package::Httpx2, Self::Sync, 0 | 1) => "httpcore2._backends.sync.SyncStream",
            (Package::Httpx2, Self::Sync, _) => "httpcore2._backends.sync.TLSinTLSStream",
            (Package::Httpx2, Self::AnyIo, _) => "httpcore2._backends.anyio.AnyIOStream",
        }
    }
}
