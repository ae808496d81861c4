//! The methods of clients.

/// Implements what all clients have, for the type `Client` of a driver with a field `connections`. `Network`,
/// `Resolver`, `Connector`, `ClientBuilder`, `RequestBuilder` and `Body` are the driver's. Only `send` differs, and
/// is written by the driver.
#[doc(hidden)]
#[macro_export]
macro_rules! client_methods {
    () => {
        impl ::std::fmt::Debug for Client {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct("Client")
                    .field("timeouts", &self.connections.options().timeouts)
                    .field("tls", self.connections.tls(false))
                    .field("sink", &self.connections.sink().is_some())
                    .finish_non_exhaustive()
            }
        }

        impl $crate::BuildClient for Client {
            type Resolver = Resolver;
            type Connector = Connector;

            fn build(settings: $crate::Settings, resolver: Resolver, connector: Connector) -> Self {
                let network = Network::new(&settings, resolver, connector);
                let connections = $crate::Connections::new(settings, network);
                Self { connections: ::std::sync::Arc::new(connections) }
            }
        }

        impl From<$crate::Settings> for Client {
            fn from(settings: $crate::Settings) -> Self {
                $crate::BuildClient::build(settings, Resolver::default(), Connector::default())
            }
        }

        impl Default for Client {
            fn default() -> Self {
                Self::new()
            }
        }

        impl Client {
            /// Creates a client with the default settings. [`builder`](Self::builder) changes them.
            #[must_use]
            pub fn new() -> Self {
                Self::builder().build()
            }

            /// Returns a builder for a client.
            #[doc(alias = "config_builder")]
            pub fn builder() -> ClientBuilder {
                ClientBuilder::default()
            }

            /// Starts a GET request. The URL is text (`&str` or `String`) or a [`Url`](limpid_core::client::Url).
            pub fn get<'u, U>(&self, url: U) -> RequestBuilder<'_>
            where
                $crate::RequestUrl<'u>: From<U>,
            {
                self.request("GET", url)
            }

            /// Starts a HEAD request.
            pub fn head<'u, U>(&self, url: U) -> RequestBuilder<'_>
            where
                $crate::RequestUrl<'u>: From<U>,
            {
                self.request("HEAD", url)
            }

            /// Starts a POST request.
            pub fn post<'u, U>(&self, url: U) -> RequestBuilder<'_>
            where
                $crate::RequestUrl<'u>: From<U>,
            {
                self.request("POST", url)
            }

            /// Starts a PUT request.
            pub fn put<'u, U>(&self, url: U) -> RequestBuilder<'_>
            where
                $crate::RequestUrl<'u>: From<U>,
            {
                self.request("PUT", url)
            }

            /// Starts a PATCH request.
            pub fn patch<'u, U>(&self, url: U) -> RequestBuilder<'_>
            where
                $crate::RequestUrl<'u>: From<U>,
            {
                self.request("PATCH", url)
            }

            /// Starts a DELETE request.
            pub fn delete<'u, U>(&self, url: U) -> RequestBuilder<'_>
            where
                $crate::RequestUrl<'u>: From<U>,
            {
                self.request("DELETE", url)
            }

            /// Starts an OPTIONS request.
            pub fn options<'u, U>(&self, url: U) -> RequestBuilder<'_>
            where
                $crate::RequestUrl<'u>: From<U>,
            {
                self.request("OPTIONS", url)
            }

            /// Starts a request with this method, whose case is kept: text, or a `Method` of the crate `http`.
            /// [`send`](RequestBuilder::send) fails if the method or the URL is not valid.
            ///
            /// ```
            #[doc = concat!("# use ", env!("CARGO_CRATE_NAME"), "::Client;")]
            /// let request = Client::new().request("PROPFIND", "http://localhost/").header("Depth", "1").prepare()?;
            /// # drop(request);
            #[doc = concat!("# Ok::<(), ", env!("CARGO_CRATE_NAME"), "::Error>(())")]
            /// ```
            #[doc(alias = "Method")]
            #[inline]
            pub fn request<'u, U>(&self, method: impl AsRef<str>, url: U) -> RequestBuilder<'_>
            where
                $crate::RequestUrl<'u>: From<U>,
            {
                self.start(method.as_ref(), $crate::RequestUrl::from(url).as_str())
            }

            // Not generic, so that it is compiled with the driver.
            fn start(&self, method: &str, url: &str) -> RequestBuilder<'_> {
                RequestBuilder {
                    client: self,
                    pending: $crate::PendingRequest::new(&self.connections, method, url),
                    body: Body::none(),
                    listener: $crate::Listener::default(),
                }
            }
        }
    };
}
