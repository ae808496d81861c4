//! Fields of requests.

use std::str::FromStr;

/// `Name: value`, `Name;` or `Name:`, as one argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldArg {
    pub(crate) name: String,
    /// The value; `None` removes the field.
    pub(crate) value: Option<String>,
}

impl FromStr for FieldArg {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = match (text.split_once(':'), text.strip_suffix(';')) {
            (Some((name, value)), _) => {
                (name, Some(value.trim()).filter(|value| !value.is_empty()))
            }
            (None, Some(name)) => (name, Some("")),
            (None, None) => return Err("write it as 'Name: value'"),
        };
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() || !name.chars().all(is_token) {
            return Err("the name before the colon has a character that no field name has");
        }
        if value.is_some_and(|value| value.chars().any(|c| c.is_ascii_control() && c != '\t')) {
            return Err("the value has a control character");
        }
        Ok(Self { name: name.to_owned(), value: value.map(str::to_owned) })
    }
}

/// The value of `-H`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HeaderArg {
    Field(FieldArg),
    /// `@FILE`: each line of the file is a field.
    File(String),
    /// Without a value, as an unset variable of a shell.
    Nothing,
}

impl FromStr for HeaderArg {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix('@') {
            Some(file) => Ok(Self::File(file.to_owned())),
            None if text.is_empty() => Ok(Self::Nothing),
            None => text.parse().map(Self::Field),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_without_a_value_is_empty_or_removed() {
        let value = |text: &str| text.parse::<FieldArg>().map(|field| field.value);
        assert_eq!(value("X;"), Ok(Some(String::new())));
        assert_eq!(value("X:"), Ok(None));
        assert_eq!(value("X: \t"), Ok(None));
        assert_eq!(value("X: ;"), Ok(Some(";".into())));
        assert!(value("X;y").is_err() && value(";").is_err() && value(":").is_err());
    }

    #[test]
    fn a_field_keeps_its_colons() {
        let field: FieldArg = "X-Time:  12:30 ".parse().unwrap();
        assert_eq!((field.name.as_str(), field.value.as_deref()), ("X-Time", Some("12:30")));
        assert!("X-Time 12".parse::<FieldArg>().is_err());
        assert!("X Time: 12".parse::<FieldArg>().is_err());
        assert!("X: a\r\nY: b".parse::<FieldArg>().is_err());
    }
}
