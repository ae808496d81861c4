//! The decision about a redirect, as it is traced.

/// What is decided about a redirect, and why.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decision<'d> {
    pub(super) status: u16,
    /// The URL that it leads to.
    pub(super) url: Option<&'d str>,
    pub(super) follow: bool,
    pub(super) why: &'static str,
}
