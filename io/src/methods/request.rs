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
            #[doc(alias = "set")]
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

            /// Sends the request as one of HTTP/1.0, which may have no body of unknown length.
            #[doc(alias = "version")]
            pub fn http10(mut self) -> Self {
                self.pending =
                    self.pending.map($crate::limpid_core::client::RequestBuilder::http10);
                self
            }

            /// Leaves out a field that would be added: Host, Accept, User-Agent, Accept-Encoding,
            /// Authorization (for the credentials of the URL), or the Content-Length of an empty body.
            pub fn without_header(mut self, name: impl AsRef<[u8]>) -> Self {
                self.pending = self.pending.without(name.as_ref());
                self
            }

            /// Adds fields, in this order: pairs of names and values.
            ///
            /// ```
            #[doc = concat!("# use ", env!("CARGO_CRATE_NAME"), "::Client;")]
            /// let client = Client::new();
            /// let request = client.get("http://localhost/").headers([("Accept", "text/html"), ("X-Team", "7")]);
            /// # drop(request);
            /// ```
            pub fn headers(mut self, headers: impl IntoIterator<Item: $crate::HeaderPair>) -> Self {
                for header in headers {
                    let name = $crate::HeaderPair::name(&header);
                    self.pending.push(name, $crate::HeaderPair::value(&header));
                }
                self
            }

            /// Adds credentials for the Basic scheme (RFC 7617). The password may be an `Option`.
            pub fn basic_auth(
                self,
                user: impl AsRef<[u8]>,
                password: impl $crate::Password,
            ) -> Self {
                let value =
                    limpid_core::client::basic(user.as_ref(), $crate::Password::bytes(&password));
                self.header("Authorization", value)
            }

            /// Adds a token for the Bearer scheme (RFC 6750).
            #[doc(alias = "authorization")]
            pub fn bearer_auth(self, token: impl AsRef<[u8]>) -> Self {
                self.header("Authorization", [b"Bearer ", token.as_ref()].concat())
            }

            /// Sets the body: bytes, text, or one that [`Body`] creates from a source.
            #[doc(alias = "send_bytes")]
            pub fn body(mut self, body: impl Into<Body>) -> Self {
                self.body = body.into();
                self
            }

            /// Adds parameters to the query of the URL: pairs of a text and of anything that can be displayed.
            ///
            /// ```
            #[doc = concat!("# use ", env!("CARGO_CRATE_NAME"), "::Client;")]
            /// let client = Client::new();
            /// let request = client.get("http://localhost/?a=1").query(&[("q", "a b"), ("lang", "ä")]).prepare()?;
            /// assert_eq!(request.url().as_str(), "http://localhost/?a=1&q=a+b&lang=%C3%A4");
            #[doc = concat!("# Ok::<(), ", env!("CARGO_CRATE_NAME"), "::Error>(())")]
            /// ```
            #[doc(alias("query_pairs", "params"))]
            #[cfg(feature = "form")]
            pub fn query(
                mut self,
                parameters: impl IntoIterator<Item: $crate::ParameterPair>,
            ) -> Self {
                let encoded = $crate::encode_parameters(parameters);
                if !encoded.is_empty() {
                    self.pending = self.pending.try_map(|request| request.query(&encoded));
                }
                self
            }

            /// Sets the body: parameters as `application/x-www-form-urlencoded`, which is also the Content-Type
            /// unless the request has one.
            #[doc(alias = "send_form")]
            #[cfg(feature = "form")]
            pub fn form(
                mut self,
                parameters: impl IntoIterator<Item: $crate::ParameterPair>,
            ) -> Self {
                self.pending.set_content_type("application/x-www-form-urlencoded");
                self.body($crate::encode_parameters(parameters))
            }

            /// Sets the body: a value as JSON. The Content-Type is `application/json` unless the request has one.
            /// [`send`](Self::send) fails if the value cannot be written as JSON.
            #[doc(alias = "send_json")]
            #[cfg(feature = "json")]
            pub fn json(mut self, value: &(impl serde::Serialize + ?Sized)) -> Self {
                self.pending.set_content_type("application/json");
                match $crate::to_json(value) {
                    Ok(json) => self.body(json),
                    Err(error) => {
                        self.pending.fail(error);
                        self
                    }
                }
            }

            /// Sets the body: a form with files, as `multipart/form-data`, which is also the Content-Type unless the
            /// request has one. The module [`multipart`](mod@multipart) has an example.
            #[cfg(feature = "multipart")]
            pub fn multipart(mut self, form: multipart::Form) -> Self {
                self.pending.set_content_type(form.content_type());
                self.body(Body::multipart(form))
            }

            /// Sends the body only after the server has answered `100 Continue`, or has not answered for a
            /// while (RFC 9110 section 10.1.1), so that the server can reject the request before it has
            /// received the body. Has no effect without a body.
            pub fn expect_continue(mut self) -> Self {
                self.pending =
                    self.pending.map(limpid_core::client::RequestBuilder::expect_continue);
                self
            }

            /// Adds the field `traceparent`: the position of the caller's operation in a distributed trace, which
            /// the request continues. [`ClientBuilder::traceparent`](limpid_io::ClientBuilder::traceparent) begins a
            /// new trace for each request instead.
            pub fn traceparent(self, own: limpid_core::trace::Traceparent) -> Self {
                self.header("traceparent", own.to_string())
            }

            /// Sets the tag: a name of the caller's for the request, such as the number of a job. It is not sent.
            /// All events of the exchange have it, and outputs show it in every capture, so it should be short and
            /// contain no secrets.
            pub fn tag(mut self, tag: impl Into<::std::sync::Arc<str>>) -> Self {
                self.pending = self.pending.map(|request| request.tag(tag));
                self
            }

            /// Sets how long the request and its response may take in total, instead of
            /// [the client's limit](limpid_io::ClientBuilder::timeout). `None` means no limit.
            ///
            /// ```
            #[doc = concat!("# use ", env!("CARGO_CRATE_NAME"), "::Client;")]
            /// use std::time::Duration;
            ///
            /// let client = Client::new();
            /// let slow = client.get("http://localhost/report").read_timeout(None).timeout(Duration::from_secs(60));
            /// # drop(slow);
            /// ```
            #[doc(alias = "timeout_global")]
            pub fn timeout(self, timeout: impl Into<Option<::std::time::Duration>>) -> Self {
                self.options(|options| options.timeouts.total = timeout.into())
            }

            /// Sets how long connecting to one address may take, and then the TLS handshake, instead of
            /// [the client's limit](limpid_io::ClientBuilder::connect_timeout).
            pub fn connect_timeout(
                self,
                timeout: impl Into<Option<::std::time::Duration>>,
            ) -> Self {
                self.options(|options| options.timeouts.connect = timeout.into())
            }

            /// Sets how long the request may wait for a connection while the pool is full, instead of
            /// [the client's limit](limpid_io::ClientBuilder::pool_timeout).
            pub fn pool_timeout(self, timeout: impl Into<Option<::std::time::Duration>>) -> Self {
                self.options(|options| options.timeouts.pool = timeout.into())
            }

            /// Sets how long to wait for bytes of the server, instead of
            /// [the client's limit](limpid_io::ClientBuilder::read_timeout).
            pub fn read_timeout(self, timeout: impl Into<Option<::std::time::Duration>>) -> Self {
                self.options(|options| options.timeouts.read = timeout.into())
            }

            /// Sets how long to wait for the server to take more of the request, instead of
            /// [the client's limit](limpid_io::ClientBuilder::write_timeout).
            pub fn write_timeout(self, timeout: impl Into<Option<::std::time::Duration>>) -> Self {
                self.options(|options| options.timeouts.write = timeout.into())
            }

            /// Sets how long the request waits for `100 Continue` if it expects that, instead of
            /// [the client's limit](limpid_io::ClientBuilder::expect_continue_timeout).
            pub fn expect_continue_timeout(
                self,
                timeout: impl Into<Option<::std::time::Duration>>,
            ) -> Self {
                self.options(|options| options.timeouts.expect_continue = timeout.into())
            }

            /// Sets how many redirects are followed, instead of
            /// [the client's number](limpid_io::ClientBuilder::redirects). `None` returns redirects as responses.
            #[doc(alias = "max_redirects")]
            pub fn redirects(self, most: impl Into<Option<u32>>) -> Self {
                self.options(|options| options.redirects = most.into())
            }

            /// Sets when the request is tried again, instead of
            /// [the client's policy](limpid_io::ClientBuilder::retries). `None` means never.
            #[doc(alias = "retry")]
            pub fn retries(self, policy: impl Into<Option<$crate::RetryPolicy>>) -> Self {
                let policy = policy.into().map($crate::seeded_policy);
                self.options(|options| options.retries = policy)
            }

            /// Sets which rules the server may break, instead of
            /// [the client's](limpid_io::ClientBuilder::lenient).
            pub fn lenient(self, lenient: limpid_core::limits::Lenient) -> Self {
                self.options(|options| options.config.lenient = lenient)
            }

            /// Sets the limits on the response, instead of [the client's](limpid_io::ClientBuilder::limits).
            pub fn limits(self, limits: limpid_core::limits::Limits) -> Self {
                self.options(|options| options.config.limits = limits)
            }

            /// Sets whether the body is decoded, instead of what
            /// [the client does](limpid_io::ClientBuilder::decompress).
            pub fn decompress(self, decompress: bool) -> Self {
                self.options(|options| options.decode = decompress)
            }

            /// Sets how many bytes of the response's body are read into memory at most, instead of
            /// [the client's limit](limpid_io::ClientBuilder::in_memory_limit). `None` means no limit.
            pub fn in_memory_limit(mut self, bytes: impl Into<Option<u64>>) -> Self {
                self.pending.set_in_memory_limit(&self.client.connections, bytes.into());
                self
            }

            /// Sets the sink of the request's events, instead of
            /// [the client's](limpid_io::ClientBuilder::sink). Events of its connection after the end of the request
            /// go to the client's.
            pub fn sink(
                mut self,
                sink: impl limpid_core::trace::Sink + Send + Sync + 'static,
            ) -> Self {
                let sink: $crate::SharedSink = Some(::std::sync::Arc::new(sink));
                self.pending.set_sink(&self.client.connections, sink);
                self
            }

            /// Changes the options of this request.
            fn options(mut self, change: impl FnOnce(&mut limpid_core::client::Options)) -> Self {
                change(self.pending.options(&self.client.connections));
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
                call: impl FnMut(&limpid_core::http1::ResponseHead<'_>) + Send + 'c,
            ) -> Self {
                self.listener.on_informational(call);
                self
            }

            /// Calls `call` with the head of each redirect that is followed, or that fails the exchange, as it
            /// arrives. [`on_informational`](Self::on_informational) has an example of such a callback.
            pub fn on_redirect(
                mut self,
                call: impl FnMut(&limpid_core::http1::ResponseHead<'_>) + Send + 'c,
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
            #[doc(alias("build", "try_clone"))]
            pub fn prepare(self) -> Result<$crate::Prepared, $crate::Error> {
                let Self { client, pending, body, .. } = self;
                let size = body.size();
                pending.prepare(&client.connections, size, body.into_bytes())
            }
        }
    };
}
