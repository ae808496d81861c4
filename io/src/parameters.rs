//! Parameters of queries and forms.

use form_urlencoded::Serializer;

use crate::arguments::ParameterPair;

/// Encodes parameters as `application/x-www-form-urlencoded` (URL standard of the WHATWG, section 5).
///
/// ```
/// assert_eq!(limpid_io::encode_parameters([("q", "a b"), ("lang", "ä")]), "q=a+b&lang=%C3%A4");
/// ```
pub fn encode_parameters(parameters: impl IntoIterator<Item: ParameterPair>) -> String {
    let mut encoded = Serializer::new(String::new());
    for parameter in parameters {
        encoded.append_pair(parameter.name(), &parameter.value());
    }
    encoded.finish()
}
