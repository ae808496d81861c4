//! Documents in YAML, with the values that Python's `PyYAML` reads: those of YAML 1.1.

use std::collections::HashMap;
use std::str::Chars;

use serde_json::{Map, Number, Value};
use yaml_rust2::parser::{Event, Parser, Tag};
use yaml_rust2::scanner::{Marker, ScanError, TScalarStyle};

/// The deepest nesting.
const MAX_DEPTH: u8 = 64;

/// The most values, those that aliases repeat included.
const MAX_VALUES: usize = 100_000;

/// The beginning of the names of YAML's own types.
const TYPES: &str = "tag:yaml.org,2002:";

/// An error, and its line and column from 1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct YamlError {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) message: String,
}

type Result<T> = std::result::Result<T, YamlError>;

/// Reads the only document of a text. An empty text is null.
pub(super) fn parse(text: &str) -> Result<Value> {
    let parser = Parser::new_from_str(text);
    let mut reader = Reader { parser, anchors: HashMap::new(), left: MAX_VALUES };
    let mut document = None;
    loop {
        match reader.next()? {
            (Event::StreamEnd, _) => return Ok(document.unwrap_or_default()),
            (Event::DocumentStart, mark) if document.is_some() => {
                return Err(error(mark, "a second document begins here; write one document"));
            }
            (Event::DocumentStart, _) => {
                let (event, mark) = reader.next()?;
                document = Some(reader.value(event, mark, MAX_DEPTH)?);
            }
            _ => {}
        }
    }
}

struct Reader<'a> {
    parser: Parser<Chars<'a>>,
    /// The values that aliases stand for, by the numbers of their anchors.
    anchors: HashMap<usize, Value>,
    /// How many more values the document may have.
    left: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Result<(Event, Marker)> {
        self.parser.next_token().map_err(|scan: ScanError| error(*scan.marker(), scan.info()))
    }

    /// Returns the value that an event begins.
    fn value(&mut self, event: Event, mark: Marker, depth: u8) -> Result<Value> {
        let depth =
            depth.checked_sub(1).ok_or_else(|| error(mark, "values are nested too deep"))?;
        self.count(1, mark)?;
        let (anchor, value) = match event {
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned();
                let value = value.ok_or_else(|| error(mark, "the value contains itself"))?;
                self.count(size(&value), mark)?;
                return Ok(value);
            }
            Event::Scalar(text, style, anchor, tag) => {
                (anchor, scalar(text, style, tag.as_ref(), mark)?)
            }
            Event::SequenceStart(anchor, tag) => {
                check_type(tag.as_ref(), "seq", mark)?;
                (anchor, Value::Array(self.items(depth)?))
            }
            Event::MappingStart(anchor, tag) => {
                check_type(tag.as_ref(), "map", mark)?;
                (anchor, Value::Object(self.entries(depth)?))
            }
            _ => return Err(error(mark, "expected a value")),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn items(&mut self, depth: u8) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, mark) => items.push(self.value(event, mark, depth)?),
            }
        }
    }

    /// Reads the entries of a table. Those that `<<` merges into it give way to its own.
    fn entries(&mut self, depth: u8) -> Result<Map<String, Value>> {
        let (mut entries, mut merged) = (Map::new(), Vec::new());
        loop {
            let (key, mark) = match self.next()? {
                (Event::MappingEnd, _) => break,
                (Event::Scalar(key, style, _, _), mark) => ((key, style), mark),
                (_, mark) => return Err(error(mark, "expected a key")),
            };
            let (event, of_value) = self.next()?;
            let value = self.value(event, of_value, depth)?;
            match (key, value) {
                ((key, TScalarStyle::Plain), Value::Object(table)) if key == "<<" => {
                    merged.push(table);
                }
                ((key, TScalarStyle::Plain), Value::Array(tables)) if key == "<<" => {
                    for table in tables {
                        let Value::Object(table) = table else {
                            return Err(error(mark, "<< merges tables only"));
                        };
                        merged.push(table);
                    }
                }
                ((key, _), value) => {
                    entries.insert(key, value);
                }
            }
        }
        for (key, value) in merged.into_iter().flatten() {
            entries.entry(key).or_insert(value);
        }
        Ok(entries)
    }

    fn count(&mut self, values: usize, mark: Marker) -> Result<()> {
        let left = self.left.checked_sub(values);
        self.left = left.ok_or_else(|| error(mark, "the document has too many values"))?;
        Ok(())
    }
}

/// Returns the number of values in a value.
fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(entries) => 1 + entries.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

/// Returns the value of a scalar: a string if it is quoted, otherwise what its text looks like.
fn scalar(text: String, style: TScalarStyle, tag: Option<&Tag>, mark: Marker) -> Result<Value> {
    let full = tag.map(|tag| format!("{}{}", tag.handle, tag.suffix));
    match full.as_deref().map(|name| name.strip_prefix(TYPES).unwrap_or(name)) {
        None if style == TScalarStyle::Plain => Ok(plain(&text).unwrap_or(Value::String(text))),
        None | Some("str" | "!") => Ok(Value::String(text)),
        Some("bool" | "int" | "float" | "null") => {
            plain(&text).ok_or_else(|| error(mark, "the value is not of its type"))
        }
        Some(name) => Err(foreign(name, mark)),
    }
}

/// Rejects the types that only programs in Python know.
fn check_type(tag: Option<&Tag>, known: &str, mark: Marker) -> Result<()> {
    let Some(Tag { handle, suffix }) = tag else { return Ok(()) };
    let is_known = handle == TYPES && suffix == known;
    if is_known { Ok(()) } else { Err(foreign(&format!("{handle}{suffix}"), mark)) }
}

fn foreign(name: &str, mark: Marker) -> YamlError {
    let name = name.strip_prefix(TYPES).unwrap_or(name);
    error(mark, &format!("{name:?} is not a type that is supported here; write a plain value"))
}

/// Returns the value of a text without quotes, unless it is a string.
fn plain(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Value::Null),
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Some(Value::Bool(true));
        }
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Some(Value::Bool(false));
        }
        _ => {}
    }
    integer(text).map(|number| Value::Number(number.into())).or_else(|| float(text))
}

/// Reads a whole number, in decimal or after `0`, `0x` or `0b`.
fn integer(text: &str) -> Option<i64> {
    let (is_negative, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text),
    };
    let (radix, digits) = if let Some(digits) = digits.strip_prefix("0x") {
        (16, digits)
    } else if let Some(digits) = digits.strip_prefix("0b") {
        (2, digits)
    } else {
        match digits.strip_prefix('0') {
            Some(octal) if !octal.is_empty() => (8, octal),
            _ => (10, digits),
        }
    };
    // Signs were read, and a number begins with a digit.
    if digits.starts_with(['+', '-']) || (radix == 10 && digits.starts_with('_')) {
        return None;
    }
    let digits = digits.replace('_', "");
    let sign = if is_negative { "-" } else { "" };
    i64::from_str_radix(&format!("{sign}{digits}"), radix).ok()
}

/// Reads a number with a point, after which an exponent has a sign.
fn float(text: &str) -> Option<Value> {
    let (mantissa, exponent) =
        text.split_once(['e', 'E']).map_or((text, None), |(one, other)| (one, Some(other)));
    let digits = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
    let is_digit = |c: char| c.is_ascii_digit() || c == '_';
    let has_form = digits.matches('.').count() == 1
        && digits.contains(|c: char| c.is_ascii_digit())
        && !digits.starts_with('_')
        && digits.chars().all(|c| is_digit(c) || c == '.')
        && exponent.is_none_or(|exponent| {
            let digits = exponent.strip_prefix(['-', '+']).unwrap_or_default();
            !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
        });
    if !has_form {
        return None;
    }
    Number::from_f64(text.replace('_', "").parse().ok()?).map(Value::Number)
}

fn error(mark: Marker, message: &str) -> YamlError {
    YamlError { line: mark.line(), column: mark.col() + 1, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Each value is what `yaml.safe_load` of `PyYAML` 6 returns.
    #[test]
    fn plain_scalars_are_those_of_python() {
        for (text, value) in [
            ("yes", json!(true)),
            ("Off", json!(false)),
            ("yEs", json!("yEs")),
            ("y", json!("y")),
            ("'no'", json!("no")),
            ("~", json!(null)),
            ("", json!(null)),
            ("010", json!(8)),
            ("09", json!("09")),
            ("0x1F", json!(31)),
            ("0b11", json!(3)),
            ("-12", json!(-12)),
            ("+1_000", json!(1000)),
            ("0", json!(0)),
            ("--1", json!("--1")),
            ("1.5", json!(1.5)),
            (".5", json!(0.5)),
            ("1e3", json!("1e3")),
            ("1.0e+3", json!(1000.0)),
            ("1.0e3", json!("1.0e3")),
            ("1.2.3", json!("1.2.3")),
            ("127.0.0.1", json!("127.0.0.1")),
            ("ext://sys.stderr", json!("ext://sys.stderr")),
            ("!!str 5", json!("5")),
            ("!!int 5", json!(5)),
        ] {
            assert_eq!(
                parse(&format!("[{text}]")).map_or(json!(0), |list| match text {
                    "" => json!(null),
                    _ => list[0].clone(),
                }),
                value,
                "{text}"
            );
        }
        assert_eq!(parse(""), Ok(json!(null)));
    }

    #[test]
    fn anchors_and_merges_repeat_values() {
        let text = "a: &a {x: 1, y: [1, 2]}\nb: {<<: *a, x: 2}\nc: {<<: [{z: 1}, *a], y: 0}\nd: *a\n\
                    e: {'<<': 1}\nd: 3\n";
        let expected = json!({
            "a": {"x": 1, "y": [1, 2]},
            "b": {"x": 2, "y": [1, 2]},
            "c": {"z": 1, "x": 1, "y": 0},
            "d": 3,
            "e": {"<<": 1},
        });
        assert_eq!(parse(text), Ok(expected));
    }

    #[test]
    fn yaml_error_has_line_and_column() {
        let bomb: String =
            (1..30).map(|n| format!("a{n}: &a{n} [*a{m}, *a{m}, *a{m}]\n", m = n - 1)).collect();
        for (text, place, message) in [
            ("a: 1\nb: %(message)s\n", (2, 4), "unexpected character"),
            ("a: 1\n---\nb: 2\n", (2, 1), "a second document"),
            ("a:\n  b: !!python/name:os.x ''\n", (2, 25), "\"python/name:os.x\" is not a type"),
            ("a: !ENV x\n", (1, 9), "\"!ENV\" is not a type"),
            ("a: &a [*a]\n", (1, 8), "the value contains itself"),
            ("? [1]\n: 2\n", (1, 3), "expected a key"),
            (&format!("a0: &a0 []\n{bomb}"), (11, 0), "the document has too many values"),
            (&"[".repeat(100), (1, 65), "values are nested too deep"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.message.contains(message), "{error:?}");
            let column = if place.1 == 0 { 0 } else { error.column };
            assert_eq!((error.line, column), place, "{error:?}");
        }
    }
}
