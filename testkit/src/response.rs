//! Responses of the drivers that are made without a server.

use crate::mock::Mock;
use crate::reply::Reply;

/// The URL of the request that such a response answers.
const URL: &str = "http://reply.test/";

impl Reply {
    /// Makes it a response of the blocking driver to a GET request, for unit tests of functions that take one.
    ///
    /// ```
    /// use limpid_test::Reply;
    ///
    /// /// The function that is tested.
    /// fn retry_after(response: &limpid_std::Response) -> Option<u64> {
    ///     std::str::from_utf8(response.field("Retry-After")?).ok()?.parse().ok()
    /// }
    ///
    /// let response = Reply::new(503).field("Retry-After", "30").std_response()?;
    /// assert_eq!(retry_after(&response), Some(30));
    /// # Ok::<(), limpid_std::Error>(())
    /// ```
    ///
    /// # Errors
    /// The reply is no valid response.
    #[cfg(feature = "std")]
    pub fn std_response(self) -> Result<limpid_std::Response, limpid_std::Error> {
        Mock::answering(self).std_client().decompress(false).build().get(URL).send()
    }

    /// Makes it a response of the asynchronous driver to a GET request, for unit tests of functions that take one.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use limpid_test::Reply;
    ///
    /// let response = Reply::text("hello").tokio_response().await?;
    /// assert_eq!(response.text().await?, "hello");
    /// # Ok::<(), limpid_tokio::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// The reply is no valid response.
    #[cfg(feature = "tokio")]
    pub async fn tokio_response(self) -> Result<limpid_tokio::Response, limpid_tokio::Error> {
        Mock::answering(self).tokio_client().decompress(false).build().get(URL).send().await
    }
}

impl Mock {
    /// Returns a server that answers every request with this reply.
    #[must_use]
    pub fn answering(reply: Reply) -> Self {
        let mock = Self::new();
        mock.expect(crate::mock::Expectation::any().reply(reply));
        mock
    }
}
