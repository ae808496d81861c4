//! Responses with stored content.

use limpid_core::error::{Cause, Error};
use limpid_core::http1::BodySize;
use limpid_io::files::{Answer, Files, Representation, Request};

use super::exchange::Exchange;

impl Exchange<'_> {
    /// Responds with the file of these that the request asks for, or a range of it, or says why not, as
    /// [`Files::answer`] does.
    ///
    /// ```
    /// use limpid_core::error::Cause;
    /// use limpid_std::Exchange;
    /// use limpid_std::files::Files;
    ///
    /// fn handle(mut exchange: Exchange<'_>, files: &Files) -> Result<(), Cause> {
    ///     match exchange.head().path() {
    ///         b"/health" => exchange.respond_text(200, "fine"),
    ///         _ => exchange.respond_file(files),
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// A response was started, the client has disconnected, or the file has become shorter.
    pub fn respond_file(&mut self, files: &Files) -> Result<(), Cause> {
        let answer = files.answer(&Request::of(&self.head()));
        self.respond_with(answer)
    }

    /// Responds with this content, or a range of it, as [`Representation::answer`] does.
    ///
    /// ```
    /// use limpid_core::error::Cause;
    /// use limpid_std::Exchange;
    /// use limpid_std::files::Representation;
    ///
    /// fn handle(mut exchange: Exchange<'_>) -> Result<(), Cause> {
    ///     let page = Representation::new("<h1>Hello</h1>").content_type("text/html").etag("1");
    ///     exchange.respond_content(page)
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`respond_file`](Self::respond_file).
    pub fn respond_content(&mut self, content: Representation) -> Result<(), Cause> {
        let answer = content.answer(&Request::of(&self.head()));
        self.respond_with(answer)
    }

    /// Responds with this answer, to which the [`field`](Self::field)s so far are added.
    ///
    /// # Errors
    /// As [`respond_file`](Self::respond_file).
    pub fn respond_with(&mut self, mut answer: Answer) -> Result<(), Cause> {
        for field in answer.fields() {
            self.field(field.name, field.value);
        }
        self.start(answer.status(), BodySize::Length(answer.len()))?;
        if self.head().method != b"HEAD" {
            while let Some(piece) = answer.next_piece().map_err(|error| Error::from(error).cause)? {
                self.send(piece)?;
            }
        }
        self.finish()
    }
}
