//! The arguments about data and forms that are sent.

use super::ordered::{Ordered, ordered};

/// How the value of an option for data is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataKind {
    /// CR, LF and NUL of a file are left out.
    Text,
    /// A file is sent unchanged.
    Binary,
    /// The value is sent unchanged, also one that begins with @.
    Raw,
    /// The content is percent-encoded.
    UrlEncode,
    /// As `Binary`, and joined to the data before it without a separator.
    Json,
}

const DATA: &[Ordered<DataKind>] = &[
    Ordered {
        long: "data",
        short: Some('d'),
        alias: Some("data-ascii"),
        value_name: "DATA|@FILE",
        help: "Send DATA, or FILE (- for standard input) without its line ends; all data is joined by &",
        kind: DataKind::Text,
    },
    Ordered {
        long: "data-binary",
        short: None,
        alias: None,
        value_name: "DATA|@FILE",
        help: "Send DATA, or FILE unchanged",
        kind: DataKind::Binary,
    },
    Ordered {
        long: "data-raw",
        short: None,
        alias: None,
        value_name: "DATA",
        help: "Send DATA, also if it begins with @",
        kind: DataKind::Raw,
    },
    Ordered {
        long: "data-urlencode",
        short: None,
        alias: None,
        value_name: "DATA",
        help: "Send DATA percent-encoded: CONTENT, =CONTENT, NAME=CONTENT, @FILE or NAME@FILE",
        kind: DataKind::UrlEncode,
    },
    Ordered {
        long: "json",
        short: None,
        alias: None,
        value_name: "DATA|@FILE",
        help: "Send DATA, or FILE unchanged, as JSON; repeated data is joined without a separator",
        kind: DataKind::Json,
    },
];

/// The options for data, in their order.
#[derive(Debug, Default)]
pub(crate) struct DataArgs(pub(crate) Vec<(DataKind, String)>);

ordered!(DataArgs, DATA, DataKind);

impl DataArgs {
    /// Returns whether the data is JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.0.iter().any(|(kind, _)| *kind == DataKind::Json)
    }
}

/// The options for additions to the query.
#[derive(Debug, Default)]
pub(crate) struct QueryArgs(pub(crate) Vec<(DataKind, String)>);

const QUERY: &[Ordered<DataKind>] = &[Ordered {
    long: "url-query",
    short: None,
    alias: None,
    value_name: "DATA",
    help: "Add DATA to the query of the URL, as --data-urlencode reads it; with + before it, unchanged",
    kind: DataKind::UrlEncode,
}];

ordered!(QueryArgs, QUERY, DataKind);

/// How the value of an option for a form is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormKind {
    /// `NAME=CONTENT`, `NAME=@FILE` or `NAME=<FILE`, with parameters.
    Part,
    /// `NAME=CONTENT` unchanged.
    Text,
}

const FORM: &[Ordered<FormKind>] = &[
    Ordered {
        long: "form",
        short: Some('F'),
        alias: None,
        value_name: "NAME=CONTENT",
        help: "Send a part of a form (multipart/form-data): CONTENT, @FILE as a file, or <FILE as text, with \
               ;type=TYPE, ;filename=NAME, ;headers=FIELD|@FILE and ;encoder=NAME after it; NAME=( and =) enclose parts \
               within a part",
        kind: FormKind::Part,
    },
    Ordered {
        long: "form-string",
        short: None,
        alias: None,
        value_name: "NAME=CONTENT",
        help: "Send a part of a form, whose content is sent unchanged",
        kind: FormKind::Text,
    },
];

/// The options for forms, in their order.
#[derive(Debug, Default)]
pub(crate) struct FormArgs(pub(crate) Vec<(FormKind, String)>);

ordered!(FormArgs, FORM, FormKind);
