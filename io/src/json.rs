//! Bodies in JSON.

use limpid_core::client::Url;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;

/// Writes a value as JSON, for the body of a request.
///
/// ```
/// assert_eq!(limpid_io::to_json(&[1, 2])?, b"[1,2]");
/// # Ok::<(), limpid_io::Error>(())
/// ```
///
/// # Errors
/// [`Error::ToJson`]: the value cannot be written as JSON.
pub fn to_json(value: &(impl Serialize + ?Sized)) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(Error::ToJson)
}

/// Reads a value from the JSON of a response's body, which is that of the request to `url`.
///
/// ```
/// let url = "http://localhost/".parse()?;
/// let numbers: Vec<u8> = limpid_io::from_json(b"[1,2]", &url)?;
/// assert_eq!(numbers, [1, 2]);
/// # Ok::<(), limpid_io::Error>(())
/// ```
///
/// # Errors
/// [`Error::FromJson`]: it is not JSON, or not that of this type.
pub fn from_json<T: DeserializeOwned>(json: &[u8], url: &Url) -> Result<T, Error> {
    let of_url = |error| Error::FromJson { url: Box::new(url.clone()), error };
    serde_json::from_slice(json).map_err(of_url)
}
