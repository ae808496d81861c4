//! The methods of responses that read the head and the state of the exchange.

/// Implements what all responses have, for the type `Response` of a driver, whose method `in_flight` returns its
/// request in flight.
#[doc(hidden)]
#[macro_export]
macro_rules! response_methods {
    () => {
        impl Response {
            fn head(&self) -> Option<limpid_core::http1::ResponseHead<'_>> {
                self.in_flight().head()
            }

            /// Returns the status code, a number. [`is_success`](Self::is_success) and
            /// [`error_for_status`](Self::error_for_status) classify it, and ranges do.
            ///
            /// ```no_run
            #[doc = concat!("# fn classify(response: &", env!("CARGO_CRATE_NAME"), "::Response) {")]
            /// match response.status() {
            ///     200..=299 => println!("success"),
            ///     404 => println!("not found"),
            ///     500.. => println!("the server failed"),
            ///     status => println!("status {status}"),
            /// }
            /// # }
            /// ```
            #[doc(alias(
                "StatusCode",
                "as_u16",
                "is_client_error",
                "is_server_error",
                "is_redirection"
            ))]
            #[must_use]
            pub fn status(&self) -> u16 {
                self.head().map_or(0, |head| head.status)
            }

            /// Returns whether the status is one of success, from 200 to 299 (RFC 9110 section 15.3).
            #[doc(alias = "ok")]
            #[must_use]
            pub fn is_success(&self) -> bool {
                matches!(self.status(), 200..=299)
            }

            /// Returns the version of HTTP.
            #[must_use]
            pub fn version(&self) -> limpid_core::http1::Version {
                let version = limpid_core::http1::Version::HTTP_11;
                self.head().map_or(version, |head| head.version)
            }

            /// Returns the reason phrase, unchanged.
            #[doc(alias("canonical_reason", "status_text"))]
            #[must_use]
            pub fn reason(&self) -> &[u8] {
                self.head().map_or(&[], |head| head.reason)
            }

            /// Returns the fields with their order, case and repetitions.
            #[must_use]
            pub fn fields(&self) -> limpid_core::fields::Fields<'_> {
                let none = limpid_core::fields::Fields::EMPTY;
                self.head().map_or(none, |head| head.fields)
            }

            /// Returns the value of the first field with this name.
            #[must_use]
            pub fn field(&self, name: &str) -> Option<&[u8]> {
                self.fields().get(name)
            }

            /// Returns the fields, as [`fields`](Self::fields) does.
            #[must_use]
            pub fn headers(&self) -> limpid_core::fields::Fields<'_> {
                self.fields()
            }

            /// Returns the value of the first field with this name, if it is text in UTF-8.
            /// [`field`](Self::field) returns its bytes.
            #[doc(alias("to_str", "header_str"))]
            #[must_use]
            pub fn header(&self, name: &str) -> Option<&str> {
                ::std::str::from_utf8(self.field(name)?).ok()
            }

            /// Returns the length of the body that the head announces: of a coded body, before it is decoded; of a
            /// response to HEAD, that which a GET would have. `None` if it is not announced.
            #[must_use]
            pub fn content_length(&self) -> Option<u64> {
                self.in_flight().content_length()
            }

            /// Returns an error if the status is 400 or above: [`Error::Status`](limpid_io::Error::Status) with the
            /// status and the URL.
            ///
            /// # Errors
            /// The status is that of an error.
            #[doc(alias("raise_for_status", "http_status_as_error"))]
            pub fn error_for_status(self) -> Result<Self, $crate::Error> {
                self.error_for_status_ref()?;
                Ok(self)
            }

            /// Returns an error as [`error_for_status`](Self::error_for_status) does, and keeps the response, whose
            /// body may describe the error.
            ///
            /// # Errors
            /// The status is that of an error.
            pub fn error_for_status_ref(&self) -> Result<&Self, $crate::Error> {
                match self.status() {
                    status @ 400.. => {
                        let url = Box::new(self.url().clone());
                        Err($crate::Error::Status { status, url })
                    }
                    _ => Ok(self),
                }
            }

            /// Returns the framing of the body: how its end is found.
            #[must_use]
            pub fn framing(&self) -> limpid_core::framing::Framing {
                self.in_flight().framing()
            }

            /// Returns the URL of the request. After redirects, it is the last one.
            #[doc(alias("final_url", "get_uri"))]
            #[must_use]
            pub fn url(&self) -> &limpid_core::client::Url {
                self.in_flight().request().url()
            }

            /// Returns the number of the exchange, which its events have.
            #[must_use]
            pub fn exchange_id(&self) -> limpid_core::trace::ExchangeId {
                self.in_flight().exchange_id()
            }

            /// Returns the local address of the connection; `None` for a Unix socket.
            #[must_use]
            pub fn local_addr(&self) -> Option<::std::net::SocketAddr> {
                self.in_flight().transport()?.local_addr()
            }

            /// Returns the address of the server, or of the proxy; `None` for a Unix socket.
            #[must_use]
            pub fn remote_addr(&self) -> Option<::std::net::SocketAddr> {
                self.in_flight().transport()?.remote_addr()
            }

            /// Returns the durations of its phases: up to now, or in total after the end of the body.
            #[doc(alias = "elapsed")]
            #[must_use]
            pub fn timings(&self) -> limpid_core::client::Timings {
                self.in_flight().timings()
            }

            /// Returns how many bytes were sent and received: up to now, or in total after the end of the
            /// body.
            #[must_use]
            pub fn sizes(&self) -> limpid_core::client::Sizes {
                self.in_flight().sizes()
            }

            /// Returns how many bytes of the request's body were not sent because the server answered early;
            /// `None` if the body was sent completely. Of a body without a known length, only the bytes that
            /// were read are counted.
            #[must_use]
            pub fn unsent(&self) -> Option<u64> {
                self.in_flight().unsent()
            }
        }
    };
}
