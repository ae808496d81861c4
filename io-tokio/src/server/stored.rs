//! Responses with stored content.

use limpid_core::error::{Cause, Error};
use limpid_core::http1::BodySize;
use limpid_io::files::{Answer, Files, Representation, Request};
use tokio::task::spawn_blocking;

use super::exchange::Exchange;

impl Exchange {
    /// Responds with the file of these that the request asks for, or a range of it, or says why not, as
    /// [`Files::answer`] does.
    ///
    /// ```
    /// use limpid_core::error::Cause;
    /// use limpid_tokio::Exchange;
    /// use limpid_tokio::files::Files;
    ///
    /// async fn handle(mut exchange: Exchange, files: &Files) -> Result<(), Cause> {
    ///     match exchange.head().path() {
    ///         b"/health" => exchange.respond_text(200, "fine"),
    ///         _ => exchange.respond_file(files).await,
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// A response was started, the client has disconnected, or the file has become shorter.
    pub async fn respond_file(&mut self, files: &Files) -> Result<(), Cause> {
        let (request, files) = (Request::of(&self.head()), files.clone());
        let answer = blocking(move || files.answer(&request)).await?;
        self.respond_with(answer).await
    }

    /// Responds with this content, or a range of it, as [`Representation::answer`] does.
    ///
    /// ```
    /// use limpid_core::error::Cause;
    /// use limpid_tokio::Exchange;
    /// use limpid_tokio::files::Representation;
    ///
    /// async fn handle(mut exchange: Exchange) -> Result<(), Cause> {
    ///     let page = Representation::new("<h1>Hello</h1>").content_type("text/html").etag("1");
    ///     exchange.respond_content(page).await
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`respond_file`](Self::respond_file).
    pub async fn respond_content(&mut self, content: Representation) -> Result<(), Cause> {
        let answer = content.answer(&Request::of(&self.head()));
        self.respond_with(answer).await
    }

    /// Responds with this answer, to which the [`field`](Self::field)s so far are added.
    ///
    /// # Errors
    /// As [`respond_file`](Self::respond_file).
    pub async fn respond_with(&mut self, mut answer: Answer) -> Result<(), Cause> {
        for field in answer.fields() {
            self.field(field.name, field.value);
        }
        self.start(answer.status(), BodySize::Length(answer.len()))?;
        if self.head().method != b"HEAD" {
            loop {
                let piece = match answer.may_block() {
                    false => answer.next_piece(),
                    true => {
                        let read = blocking(move || (answer.next_piece(), answer)).await?;
                        answer = read.1;
                        read.0
                    }
                };
                match piece.map_err(|error| Error::from(error).cause)? {
                    Some(piece) => self.send(piece).await?,
                    None => break,
                }
            }
        }
        self.finish()
    }
}

/// Does what may block on a thread for that.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Cause> {
    // It fails if the runtime ends.
    spawn_blocking(work).await.map_err(|_| Cause::Cancelled)
}
