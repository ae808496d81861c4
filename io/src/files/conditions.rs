//! Conditional requests (RFC 9110 section 13).

use std::time::{Duration, SystemTime};

use limpid_core::fields::Fields;

use super::date;
use super::entity_tag::{self, EntityTag};

/// What tells the versions of a content apart.
///
/// ```
/// use std::time::SystemTime;
///
/// use limpid_io::files::{EntityTag, Validators};
///
/// let validators = Validators { etag: Some(EntityTag::strong("7")), modified: None };
/// assert_eq!(validators.etag.unwrap().to_string(), r#""7""#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// The entity tag.
    pub etag: Option<EntityTag>,
    /// When the content was last modified.
    pub modified: Option<SystemTime>,
}

impl Validators {
    /// Returns the time of the last modification as the field Last-Modified has it: in whole seconds, and not later than
    /// `now` (RFC 9110 section 8.8.2.1).
    pub(super) fn last_modified(&self, now: SystemTime) -> Option<SystemTime> {
        date::whole(self.modified?.min(now))
    }
}

/// What follows from the conditions of a request.
///
/// [`Request::verdict`](super::Request::verdict) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The request is performed.
    Proceed,
    /// The client has this content: 304.
    NotModified,
    /// The content is not the one that the client knows: 412.
    Failed,
}

/// The conditions of a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions {
    if_match: Option<Vec<u8>>,
    if_none_match: Option<Vec<u8>>,
    if_modified_since: Option<SystemTime>,
    if_unmodified_since: Option<SystemTime>,
    if_range: Option<Vec<u8>>,
}

impl Conditions {
    pub(super) fn of(fields: Fields<'_>) -> Self {
        let date = |name| only(fields, name).and_then(date::parse);
        Self {
            if_match: list(fields, "If-Match"),
            if_none_match: list(fields, "If-None-Match"),
            if_modified_since: date("If-Modified-Since"),
            if_unmodified_since: date("If-Unmodified-Since"),
            if_range: list(fields, "If-Range"),
        }
    }

    /// Evaluates the conditions in the order of RFC 9110 section 13.2.2. `reads` is true for GET and HEAD; without
    /// `validators`, there is no content yet.
    pub(super) fn verdict(
        &self,
        reads: bool,
        validators: Option<&Validators>,
        now: SystemTime,
    ) -> Verdict {
        let etag = validators.and_then(|validators| validators.etag.as_ref());
        let modified = validators.and_then(|validators| validators.last_modified(now));
        let lists = |list: &[u8], compare: fn(&EntityTag, &EntityTag) -> bool| match list {
            b"*" => validators.is_some(),
            list => etag.is_some_and(|etag| entity_tag::list(list).any(|one| compare(etag, &one))),
        };
        let holds = match (&self.if_match, self.if_unmodified_since, modified) {
            (Some(list), ..) => lists(list, EntityTag::is_same),
            (None, Some(since), Some(modified)) => modified <= since,
            _ => true,
        };
        if !holds {
            return Verdict::Failed;
        }
        match (&self.if_none_match, self.if_modified_since, modified) {
            (Some(list), ..) if lists(list, EntityTag::is_alike) => {
                if reads {
                    Verdict::NotModified
                } else {
                    Verdict::Failed
                }
            }
            (None, Some(since), Some(modified)) if reads && modified <= since => {
                Verdict::NotModified
            }
            _ => Verdict::Proceed,
        }
    }

    /// Returns whether a range may be sent: without If-Range, or if it names this content by a strong validator. A date is
    /// one if the content cannot have changed again within the second (RFC 9110 section 8.8.2.2).
    pub(super) fn permits_range(&self, validators: &Validators, now: SystemTime) -> bool {
        let Some(value) = &self.if_range else { return true };
        if let Some((tag, [])) = EntityTag::parse(value) {
            return validators.etag.as_ref().is_some_and(|etag| etag.is_same(&tag));
        }
        let modified = validators.last_modified(now);
        let is_strong = |modified: SystemTime| {
            now.duration_since(modified).is_ok_and(|age| age > Duration::from_secs(1))
        };
        modified.is_some_and(|modified| date::parse(value) == Some(modified) && is_strong(modified))
    }
}

/// Returns the value of a field that is a list, whose lines are joined (RFC 9110 section 5.3).
fn list(fields: Fields<'_>, name: &str) -> Option<Vec<u8>> {
    fields.all(name).map(<[u8]>::to_vec).reduce(|all, one| [all, one].join(&b", "[..]))
}

/// Returns the value of a field that occurs once.
fn only<'f>(fields: Fields<'f>, name: &str) -> Option<&'f [u8]> {
    let mut values = fields.all(name);
    values.next().filter(|_| values.next().is_none())
}
