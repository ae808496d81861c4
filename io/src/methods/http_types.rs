//! Requests and responses of the crate `http`.

/// Implements the conversions from and to types of the crate `http`, for the types `Client`, `Response` and
/// `ResponseBody` of a driver.
#[cfg(feature = "http")]
#[doc(hidden)]
#[macro_export]
macro_rules! http_methods {
    () => {
        impl Client {
            /// Starts a request of the crate `http`. Names of its fields are sent as they are there, in lower case,
            /// and its version is not used: the request is sent as HTTP/1.1. Its URI needs a scheme and a host.
            ///
            /// ```
            #[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::{Client, http};")]
            ///
            /// let client = Client::new();
            /// let request = http::Request::put("http://localhost/").header("accept", "*/*").body("text")?;
            /// let request = client.http(request).tag("job 7");
            /// # drop(request);
            /// # Ok::<(), http::Error>(())
            /// ```
            pub fn http<B: Into<Body>>(
                &self,
                request: $crate::http::Request<B>,
            ) -> RequestBuilder<'_> {
                let (head, body) = request.into_parts();
                let mut request = self.request(head.method.as_str(), &head.uri.to_string());
                for (name, value) in &head.headers {
                    request = request.header(name.as_str(), value.as_bytes());
                }
                request.body(body)
            }
        }

        impl TryFrom<Response> for $crate::http::Response<ResponseBody> {
            type Error = $crate::Error;

            /// Converts a response. Its extensions have the [`Url`](limpid_core::client::Url) of the last request. If
            /// its body is decoded, its fields have no `Content-Encoding` and no `Content-Length`.
            ///
            /// # Errors
            /// A field, which a tolerance has let pass, is not valid in the crate `http`.
            fn try_from(response: Response) -> Result<Self, $crate::Error> {
                let head = response.in_flight().http_head()?;
                Ok(head.map(|()| response.into_body()))
            }
        }
    };
}
