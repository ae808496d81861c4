//! The arguments about what is sent.

use clap::Args;

use super::field::FieldArg;

#[derive(Debug, Args)]
pub(crate) struct MessageArgs {
    /// Request method [default: GET, or POST with -d]
    #[arg(short = 'X', long = "request", value_name = "METHOD")]
    pub(crate) method: Option<String>,
    /// Add a field to the request; may be repeated. 'NAME:' removes a field that would be sent by itself,
    /// 'NAME;' sends one without a value
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<FieldArg>,
    /// Send DATA, or the content of FILE (- for standard input); repeated data is joined by &
    #[arg(short = 'd', long = "data-binary", alias = "data", value_name = "DATA|@FILE")]
    pub(crate) data: Vec<String>,
    /// Authenticate to the server (Basic)
    #[arg(short = 'u', long = "user", value_name = "USER:PASSWORD")]
    pub(crate) user: Option<String>,
}

impl MessageArgs {
    /// Returns the method: the given one, or the one that the other arguments imply.
    pub(crate) fn method(&self) -> &str {
        match &self.method {
            Some(method) => method,
            None if self.data.is_empty() => "GET",
            None => "POST",
        }
    }
}
