//! The decision about a redirect, for trace events.

/// The decision about a redirect, and its reason.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decision<'d> {
    pub(super) status: u16,
    /// The URL of the redirect.
    pub(super) url: Option<&'d str>,
    pub(super) follow: bool,
    pub(super) why: &'static str,
}
