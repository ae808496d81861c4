//! The names of the peers.

/// Sockets, and nothing above them: the limit.
pub const RAW: &str = "raw sockets";
/// tokio's sockets, and nothing above them: the limit.
pub const RAW_TOKIO: &str = "raw tokio";
/// The crate `hyper`.
pub const HYPER: &str = "hyper";
/// The crate `reqwest`.
pub const REQWEST: &str = "reqwest";
/// The crate `ureq`.
pub const UREQ: &str = "ureq";
/// libcurl.
pub const CURL: &str = "libcurl";
