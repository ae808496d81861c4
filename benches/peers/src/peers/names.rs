//! The names of the peers.

/// Plain sockets: the limit.
pub const RAW: &str = "raw sockets";
/// Plain sockets of tokio: the limit.
pub const RAW_TOKIO: &str = "raw tokio";
/// The crate `hyper`.
pub const HYPER: &str = "hyper";
/// The crate `reqwest`.
pub const REQWEST: &str = "reqwest";
/// The crate `ureq`.
pub const UREQ: &str = "ureq";
/// libcurl.
pub const CURL: &str = "libcurl";
