//! Arguments that methods take in several forms.

use std::borrow::Cow;
use std::fmt::Display;

use bytes::Bytes;
use limpid_core::client::{Proxy, ProxyError, Url};
use limpid_core::fields::Field;

/// The name and the value of a field: a pair, or a [`Field`].
///
/// ```
/// use limpid_io::HeaderPair;
///
/// assert_eq!(("Accept", "text/html".to_string()).value(), b"text/html");
/// ```
pub trait HeaderPair {
    /// Returns the name.
    fn name(&self) -> &[u8];

    /// Returns the value.
    fn value(&self) -> &[u8];
}

impl<N: AsRef<[u8]>, V: AsRef<[u8]>> HeaderPair for (N, V) {
    fn name(&self) -> &[u8] {
        self.0.as_ref()
    }

    fn value(&self) -> &[u8] {
        self.1.as_ref()
    }
}

impl HeaderPair for Field<'_> {
    fn name(&self) -> &[u8] {
        self.name
    }

    fn value(&self) -> &[u8] {
        self.value
    }
}

impl<P: HeaderPair + ?Sized> HeaderPair for &P {
    fn name(&self) -> &[u8] {
        (**self).name()
    }

    fn value(&self) -> &[u8] {
        (**self).value()
    }
}

/// The name and the value of a parameter: a pair of a text and of anything that can be displayed, such as a number.
///
/// ```
/// use limpid_io::ParameterPair;
///
/// assert_eq!(("page", 2).value(), "2");
/// ```
pub trait ParameterPair {
    /// Returns the name.
    fn name(&self) -> &str;

    /// Returns the value.
    fn value(&self) -> Cow<'_, str>;
}

impl<N: AsRef<str>, V: Display> ParameterPair for (N, V) {
    fn name(&self) -> &str {
        self.0.as_ref()
    }

    fn value(&self) -> Cow<'_, str> {
        self.1.to_string().into()
    }
}

impl<P: ParameterPair + ?Sized> ParameterPair for &P {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn value(&self) -> Cow<'_, str> {
        (**self).value()
    }
}

/// A password: text or bytes, or `None::<&str>` for an empty one.
///
/// ```
/// use limpid_io::Password;
///
/// assert_eq!(Some("secret").bytes(), b"secret");
/// ```
pub trait Password {
    /// Returns its bytes.
    fn bytes(&self) -> &[u8];
}

macro_rules! password {
    ($($bytes:ty),*) => {$(
        impl Password for $bytes {
            fn bytes(&self) -> &[u8] {
                self.as_ref()
            }
        }
    )*};
}

password!(str, String, [u8], Vec<u8>, Bytes);

impl<const N: usize> Password for [u8; N] {
    fn bytes(&self) -> &[u8] {
        self
    }
}

impl<P: Password + ?Sized> Password for &P {
    fn bytes(&self) -> &[u8] {
        (**self).bytes()
    }
}

impl<P: Password> Password for Option<P> {
    fn bytes(&self) -> &[u8] {
        self.as_ref().map_or(&[], Password::bytes)
    }
}

/// The URL of a request: any text, or a [`Url`].
///
/// Methods of a client take what it can be created from. Their bounds are on this type, not on that of the argument, so
/// that both `&url` and `url` are fine for clippy.
///
/// ```
/// use limpid_io::RequestUrl;
///
/// assert_eq!(RequestUrl::from(format!("http://localhost:{}/", 80)).as_str(), "http://localhost:80/");
/// ```
#[derive(Clone, Debug)]
pub struct RequestUrl<'u>(Cow<'u, str>);

impl RequestUrl<'_> {
    /// Returns the text, which need not be valid.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'u, U: AsRef<str> + ?Sized> From<&'u U> for RequestUrl<'u> {
    #[inline]
    fn from(url: &'u U) -> Self {
        Self(Cow::Borrowed(url.as_ref()))
    }
}

impl From<String> for RequestUrl<'_> {
    fn from(url: String) -> Self {
        Self(Cow::Owned(url))
    }
}

impl From<Url> for RequestUrl<'_> {
    fn from(url: Url) -> Self {
        Self(Cow::Owned(url.to_string()))
    }
}

/// A proxy, or its URL as text.
///
/// ```
/// use limpid_io::IntoProxy;
///
/// assert_eq!("http://localhost:3128".into_proxy()?.port(), 3128);
/// # Ok::<(), limpid_core::client::ProxyError>(())
/// ```
pub trait IntoProxy {
    /// Returns the proxy.
    ///
    /// # Errors
    /// The text is not the URL of a proxy.
    fn into_proxy(self) -> Result<Proxy, ProxyError>;
}

impl IntoProxy for Proxy {
    fn into_proxy(self) -> Result<Proxy, ProxyError> {
        Ok(self)
    }
}

impl IntoProxy for &str {
    fn into_proxy(self) -> Result<Proxy, ProxyError> {
        self.parse()
    }
}

impl IntoProxy for String {
    fn into_proxy(self) -> Result<Proxy, ProxyError> {
        self.parse()
    }
}

impl IntoProxy for &String {
    fn into_proxy(self) -> Result<Proxy, ProxyError> {
        self.parse()
    }
}
