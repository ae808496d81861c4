//! What a request asks for.

use std::time::SystemTime;

use limpid_core::http1::RequestHead;

use super::conditions::{Conditions, Validators, Verdict};

/// What a request asks for, apart from its connection: the method, the path, the conditions and the ranges.
///
/// The [module](super) has an example.
#[derive(Clone, Debug)]
pub struct Request {
    pub(super) method: Method,
    /// The path, as sent.
    pub(super) path: Vec<u8>,
    pub(super) query: Option<Vec<u8>>,
    pub(super) conditions: Conditions,
    /// The value of Range, if it occurs once.
    pub(super) range: Option<Vec<u8>>,
}

/// A method, as far as content differs by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Head,
    Other,
}

impl Request {
    /// Returns what the request with this head asks for.
    #[must_use]
    pub fn of(head: &RequestHead<'_>) -> Self {
        let mut ranges = head.fields.all("Range");
        let range = ranges.next().filter(|_| ranges.next().is_none());
        Self {
            method: match head.method {
                b"GET" => Method::Get,
                b"HEAD" => Method::Head,
                _ => Method::Other,
            },
            path: head.path().to_vec(),
            query: head.query().map(<[u8]>::to_vec),
            conditions: Conditions::of(head.fields),
            range: range.map(<[u8]>::to_vec),
        }
    }

    /// Evaluates the conditions of the request, as a handler does before it changes content. `validators` are those of the
    /// current content; `None` without content.
    ///
    /// ```
    /// use limpid_core::fields::FieldBlock;
    /// use limpid_core::http1::RequestHead;
    /// use limpid_io::files::{EntityTag, Request, Validators, Verdict};
    ///
    /// let mut fields = FieldBlock::new();
    /// fields.push(b"If-Match", br#""1""#);
    /// let head = RequestHead { method: b"PUT", target: b"/", fields: fields.fields(), ..RequestHead::NONE };
    /// let current = Validators { etag: Some(EntityTag::strong("2")), modified: None };
    /// assert_eq!(Request::of(&head).verdict(Some(&current)), Verdict::Failed);
    /// ```
    #[must_use]
    pub fn verdict(&self, validators: Option<&Validators>) -> Verdict {
        self.conditions.verdict(self.reads(), validators, SystemTime::now())
    }

    /// Returns whether the method is GET or HEAD.
    pub(super) fn reads(&self) -> bool {
        self.method != Method::Other
    }
}
