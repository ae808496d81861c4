//! What a server offers to the scenarios.

/// The server, and which of its parts exist.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site {
    /// The name in the printed lines.
    pub(crate) name: &'static str,
    /// The port that clients connect to.
    pub(crate) port: u16,
    /// The port of the server behind the proxy, if it is a proxy.
    pub(crate) origin: Option<u16>,
    /// The status of a response to HEAD.
    pub(crate) head_status: u16,
    /// Whether it has `/digest` and `/refused`.
    pub(crate) reads_bodies: bool,
    /// Whether it has `/echo`.
    pub(crate) echoes: bool,
    /// Whether it keeps connections.
    pub(crate) keeps_connections: bool,
}

impl Site {
    /// Returns a server that offers everything but `/echo`.
    pub(crate) const fn new(name: &'static str, port: u16) -> Self {
        Self {
            name,
            port,
            origin: None,
            head_status: 200,
            reads_bodies: true,
            echoes: false,
            keeps_connections: true,
        }
    }

    /// Returns the arguments and the URL that lead a client to `path` if it connects to `port`.
    pub(crate) fn reach(&self, port: u16, path: &str) -> (Vec<String>, String) {
        let arguments = match self.origin {
            // Other hosts are connected to without it.
            Some(_) => ["-x", &format!("http://127.0.0.1:{port}"), "--noproxy", "localhost"]
                .map(str::to_owned)
                .to_vec(),
            None => Vec::new(),
        };
        (arguments, format!("http://127.0.0.1:{}{path}", self.origin.unwrap_or(port)))
    }
}
