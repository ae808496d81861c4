//! Received messages.

/// A received request or response, as a scripted peer reads it.
///
/// [`Server`](crate::server::Server) has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The start line and the fields, with the line ends between them.
    pub head: String,
    /// The body, without its framing.
    pub body: Vec<u8>,
    /// The fields after a chunked body, with the line ends between them.
    pub trailers: String,
}

impl Message {
    /// Returns the status code of a response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        let line = self.head.strip_prefix("HTTP/")?;
        line.split(' ').nth(1)?.trim().parse().ok()
    }

    /// Returns the value of the first field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}
