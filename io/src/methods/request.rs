//! The methods of requests under construction.

/// Implements what all requests under construction have, for the type `RequestBuilder<'c>` of a driver with the fields
/// `client`, `pending`, `body` and `listener`. `Body` is the driver's. Only `send` differs, and is written by the
/// driver.
#[doc(hidden)]
#[macro_export]
macro_rules! request_methods {
    () => {
        impl<'c> RequestBuilder<'c> {
            /// Adds a field. Case and order are kept, and characters above ASCII are sent as UTF-8.
            /// [`send`](Self::send) fails if the field is not valid.
            #[inline]
            pub fn header(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
                self.pending.push(name.as_ref(), value.as_ref());
                self
            }

            /// Sets the request target instead of the URL's path and query (RFC 9112 section 3.2): `*` for
            /// OPTIONS, or `host:port` for CONNECT, which is by default that of the URL.
            pub fn target(mut self, target: impl AsRef<[u8]>) -> Self {
                self.pending = self.pending.map(|request| request.target(target.as_ref()));
                self
            }

            /// Leaves out a field that would be added: Host, Accept, User-Agent, Accept-Encoding,
            /// Authorization (for the credentials of the URL), or the Content-Length of an empty body.
            pub fn without_header(mut self, name: impl AsRef<[u8]>) -> Self {
                self.pending = self.pending.map(|request| request.without(name.as_ref()));
                self
            }

            /// Adds credentials for the Basic scheme (RFC 7617).
            pub fn basic_auth(self, user: impl AsRef<[u8]>, password: impl AsRef<[u8]>) -> Self {
                let value = $crate::limpid_core::client::basic(user.as_ref(), password.as_ref());
                self.header("Authorization", value)
            }

            /// Sets the body: bytes, text, or one that [`Body`] creates from a source.
            pub fn body(mut self, body: impl Into<Body>) -> Self {
                self.body = body.into();
                self
            }

            /// Sends the body only after the server has answered `100 Continue`, or has not answered for a
            /// while (RFC 9110 section 10.1.1), so that the server can reject the request before it has
            /// received the body. Has no effect without a body.
            pub fn expect_continue(mut self) -> Self {
                self.pending =
                    self.pending.map($crate::limpid_core::client::RequestBuilder::expect_continue);
                self
            }

            /// Adds the field `traceparent`: the position of the caller's operation in a distributed trace, which
            /// the request continues. [`ClientBuilder::traceparent`](limpid_io::ClientBuilder::traceparent) begins a
            /// new trace for each request instead.
            pub fn traceparent(self, own: $crate::limpid_core::trace::Traceparent) -> Self {
                self.header("traceparent", own.to_string())
            }

            /// Sets the tag: a name of the caller's for the request, such as the number of a job. It is not sent.
            /// All events of the exchange have it, and outputs show it in every capture, so it should be short and
            /// contain no secrets.
            pub fn tag(mut self, tag: impl Into<::std::sync::Arc<str>>) -> Self {
                self.pending = self.pending.map(|request| request.tag(tag));
                self
            }

            /// Calls `call` with each informational response as it arrives: 100, 102, or 103 with the links
            /// of the final response (RFC 8297).
            ///
            /// ```
            #[doc = concat!("# use ", env!("CARGO_CRATE_NAME"), "::Client;")]
            /// let client = Client::new();
            /// let mut links = Vec::new();
            /// let request = client.get("https://www.example.com/").on_informational(|head| {
            ///     links.extend(head.fields.all("Link").map(<[u8]>::to_vec));
            /// });
            /// # drop(request);
            /// ```
            pub fn on_informational(
                mut self,
                call: impl FnMut(&$crate::limpid_core::http1::ResponseHead<'_>) + Send + 'c,
            ) -> Self {
                self.listener.on_informational(call);
                self
            }

            /// Calls `call` with the head of each redirect that is followed, or that fails the exchange, as it
            /// arrives. [`on_informational`](Self::on_informational) has an example of such a callback.
            pub fn on_redirect(
                mut self,
                call: impl FnMut(&$crate::limpid_core::http1::ResponseHead<'_>) + Send + 'c,
            ) -> Self {
                self.listener.on_redirect(call);
                self
            }

            /// Builds the request without sending it. [`Client::send`] can send it many times, without
            /// building it again. Informational responses are then ignored.
            ///
            /// ```
            #[doc = concat!("# use ", env!("CARGO_CRATE_NAME"), "::Client;")]
            /// let client = Client::new();
            /// let health = client.get("http://localhost/health").header("Accept", "text/plain").prepare()?;
            /// assert_eq!(health.url().as_str(), "http://localhost/health");
            #[doc = concat!("# Ok::<(), ", env!("CARGO_CRATE_NAME"), "::Error>(())")]
            /// ```
            ///
            /// # Errors
            /// The URL is not valid, or the body can be read only once because it is neither text nor bytes.
            pub fn prepare(self) -> Result<$crate::Prepared, $crate::Error> {
                let Self { client, pending, body, .. } = self;
                let request = pending.into_request()?.body(body.size());
                $crate::Prepared::new(request, body.into_bytes(), client.connections.options())
            }
        }
    };
}
