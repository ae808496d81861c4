//! A document of either language.

use serde_json::{Map, Value};

use super::error::{ConfigError, ConfigProblem};
use super::path::Path;
use crate::python::repr::{Bool, NONE};
use crate::template::Constant;

/// The longest chain of references.
const MAX_HOPS: u8 = 16;

/// A value of a document, and its path.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    document: &'a Value,
    value: &'a Value,
    path: Path,
}

impl<'a> Node<'a> {
    /// Returns the root of the document.
    pub(super) fn new(document: &'a Value) -> Self {
        Self { document, value: document, path: Path::default() }
    }

    /// Returns the value at `key` of this table, or `None` if it is missing or null. References are
    /// followed.
    pub(super) fn get(&self, key: &str) -> Result<Option<Self>, ConfigError> {
        let node = self.get_or_null(key)?;
        Ok(node.filter(|node| !node.value.is_null()))
    }

    fn get_or_null(&self, key: &str) -> Result<Option<Self>, ConfigError> {
        self.table()?.get(key).map(|value| self.child(key, value)).transpose()
    }

    fn child(&self, key: &str, value: &'a Value) -> Result<Self, ConfigError> {
        let (document, path) = (self.document, self.path.key(key));
        match resolve(document, value, MAX_HOPS) {
            Ok(value) => Ok(Self { document, value, path }),
            Err(reference) => Err(path.error(ConfigProblem::Reference(reference.into()))),
        }
    }

    /// Returns the entries of this table.
    pub(super) fn entries(
        &self,
    ) -> Result<impl Iterator<Item = (&'a str, Result<Self, ConfigError>)>, ConfigError> {
        let entries = self.table()?.iter();
        Ok(entries.map(|(key, value)| (key.as_str(), self.child(key, value))))
    }

    fn table(&self) -> Result<&'a Map<String, Value>, ConfigError> {
        self.value.as_object().ok_or_else(|| self.expected("a table"))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.value.as_object().is_some_and(Map::is_empty)
    }

    pub(super) fn text(&self) -> Result<&'a str, ConfigError> {
        self.value.as_str().ok_or_else(|| self.expected("a string"))
    }

    /// Returns the string at `key`, or `None` if it is empty.
    pub(super) fn text_at(&self, key: &str) -> Result<Option<&'a str>, ConfigError> {
        let text = self.get(key)?.map(|node| node.text()).transpose()?;
        Ok(text.filter(|text| !text.is_empty()))
    }

    /// Returns the number at `key`, or 0.
    pub(super) fn number_at(&self, key: &str) -> Result<u64, ConfigError> {
        let Some(node) = self.get(key)? else { return Ok(0) };
        node.value.as_u64().ok_or_else(|| node.expected("a whole number that is not negative"))
    }

    /// Returns this string, number, boolean or null as Python shows it.
    pub(super) fn constant(&self) -> Result<Constant, ConfigError> {
        Ok(match self.value {
            Value::String(text) => Constant::Text(text.as_str().into()),
            Value::Bool(flag) => Constant::Text(Bool(*flag).to_string().into()),
            Value::Null => Constant::Text(NONE.into()),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(number), _) => Constant::Integer(number),
                (None, Some(number)) => Constant::Float(number),
                (None, None) => return Err(self.expected("a smaller number")),
            },
            _ => return Err(self.expected("a string or a number")),
        })
    }

    pub(super) fn integer(&self) -> Option<i64> {
        self.value.as_i64()
    }

    /// Returns the host and the port in a list of both.
    pub(super) fn host_and_port(&self) -> Option<(&'a str, u16)> {
        match self.value.as_array()?.as_slice() {
            [host, port] => Some((host.as_str()?, u16::try_from(port.as_u64()?).ok()?)),
            _ => None,
        }
    }

    /// Returns whether the value is the number `number`.
    pub(super) fn is_number(&self, number: f64) -> bool {
        self.value.as_f64() == Some(number)
    }

    /// Returns the boolean at `key`. As in Python, numbers and null count as booleans.
    pub(super) fn flag_at(&self, key: &str, default: bool) -> Result<bool, ConfigError> {
        match self.get_or_null(key)? {
            None => Ok(default),
            Some(node) => node.flag(),
        }
    }

    pub(super) fn flag(&self) -> Result<bool, ConfigError> {
        match self.value {
            Value::Bool(flag) => Ok(*flag),
            Value::Number(number) => Ok(number.as_f64() != Some(0.0)),
            Value::Null => Ok(false),
            _ => Err(self.expected("true or false")),
        }
    }

    /// Returns the names in the list at `key`. As in Python, they are not references.
    pub(super) fn names_at(&self, key: &str) -> Result<Vec<Box<str>>, ConfigError> {
        let Some(node) = self.get(key)? else { return Ok(Vec::new()) };
        let list = node.value.as_array().ok_or_else(|| node.expected("a list of names"))?;
        let name = |(index, value): (usize, &Value)| match value {
            Value::String(name) => Ok(name.as_str().into()),
            _ => Err(node.path.index(index).error(ConfigProblem::Expected("a name"))),
        };
        list.iter().enumerate().map(name).collect()
    }

    fn expected(&self, what: &'static str) -> ConfigError {
        self.error(ConfigProblem::Expected(what))
    }

    /// Returns an error at this place.
    pub(super) fn error(&self, problem: ConfigProblem) -> ConfigError {
        self.path.clone().error(problem)
    }

    /// Returns an error at `key`.
    pub(super) fn error_at(&self, key: &str, problem: ConfigProblem) -> ConfigError {
        self.path.key(key).error(problem)
    }
}

/// Follows the references of a value. The error is the unresolved reference.
fn resolve<'a>(document: &'a Value, value: &'a Value, hops: u8) -> Result<&'a Value, &'a str> {
    let Some((reference, path)) =
        value.as_str().and_then(|text| Some((text, text.strip_prefix("cfg://")?)))
    else {
        return Ok(value);
    };
    let hops = hops.checked_sub(1).ok_or(reference)?;
    let mut found = document;
    for key in keys(path).ok_or(reference)? {
        let next = match found {
            Value::Array(list) => key.parse::<usize>().ok().and_then(|index| list.get(index)),
            table => table.get(key),
        };
        found = resolve(document, next.ok_or(reference)?, hops)?;
    }
    Ok(found)
}

/// Returns the keys of a path such as `handlers.email.toaddrs[0]`.
fn keys(path: &str) -> Option<Vec<&str>> {
    let (first, mut rest) = read_key(path)?;
    let mut keys = vec![first];
    while !rest.is_empty() {
        let (key, after) = if let Some(after) = rest.strip_prefix('.') {
            read_key(after)?
        } else {
            let (key, after) = read_key(rest.strip_prefix('[')?)?;
            (key, after.strip_prefix(']')?.trim_start())
        };
        keys.push(key);
        rest = after;
    }
    Some(keys)
}

/// Reads a key and the blanks around it; returns the key and the rest.
fn read_key(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let rest = text.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
    let key = &text[..text.len() - rest.len()];
    (!key.is_empty()).then_some((key, rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_in_python() {
        assert_eq!(keys("a"), Some(vec!["a"]));
        assert_eq!(keys(" a . b_c[ 0 ] [d].e "), Some(vec!["a", "b_c", "0", "d", "e"]));
        for bad in ["", ".", "a.", "a..b", "a[", "a[0", "a[]", "a b", "a-b"] {
            assert_eq!(keys(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn reference_chain_is_followed_up_to_limit() {
        let document = serde_json::json!({"a": "cfg://b.c", "b": {"c": "cfg://d[1]"}, "d": [1, 2],
            "e": "cfg://f", "f": "cfg://e", "g": "cfg://d[2]", "h": "cfg://d.x"});
        assert_eq!(resolve(&document, &document["a"], MAX_HOPS), Ok(&document["d"][1]));
        assert!(resolve(&document, &document["e"], MAX_HOPS).is_err());
        assert_eq!(resolve(&document, &document["g"], MAX_HOPS), Err("cfg://d[2]"));
        assert_eq!(resolve(&document, &document["h"], MAX_HOPS), Err("cfg://d.x"));
    }
}
