//! The language of the catalogue.
//!
//! An entry is a point or a span, under a doc comment of one line:
//!
//! ```text
//! /// The description of a point.
//! point Variant: Logger "name" Level { fields }
//!
//! /// What a span does, without a full stop
//! span Kind: Logger "name" Level {
//!     started Variant { fields }
//!     complete Variant { stream, or fields, or nothing }
//!     failed Variant { failure, and fields if there are more }
//! }
//! ```
//!
//! | key | what it means |
//! |---|---|
//! | `point` | a fact of its own: one event, [`Stage::Point`](super::Stage) |
//! | `span` | an operation: one [`SpanKind`](super::SpanKind) and three events, of which each span has the first and then one of the others |
//! | `Logger` | a [`Logger`](super::Logger): whose lines these are |
//! | `"name"` | what log lines call it; stages add `.started`, `.complete` and `.failed` |
//! | `Level` | a [`Level`](super::Level) |
//! | `started` | the event with the arguments of the span |
//! | `complete` | the event with its result; `{ stream }` is a field that many have: the stream that came of it |
//! | `failed` | the event with `failure`, the reason, before any other fields |
//! | `complete Variant Level` | that event has another level than its span |
//! | doc comment above `started`, `complete` or `failed` | the sentence of that event; without one it is the span's, followed by `: it begins.`, `: done.` or `: given up.` |
//! | `ends as Kind` | in place of `complete` and `failed`: the events that end another span end this one too |
//! | `Variant` | the name in [`TraceEvent`](super::TraceEvent) and [`EventKind`](super::EventKind). The names of a span's events are written out, so that a search for one finds its entry |
//!
//! A field is `name: Kind Sensitivity,` under a doc comment.
//!
//! | kind | what it holds |
//! |---|---|
//! | `Text`, `MaybeText` | text, or none |
//! | `Bytes` | bytes as they were on the wire |
//! | `Word` | a text of the program's own, such as a reason: one of few |
//! | `Flag` | true or false |
//! | `Count`, `MaybeCount` | a number, or none |
//! | `Port`, `Status` | a port; a status code |
//! | `Seconds` | a length of time, or no limit |
//! | `Address`, `MaybeAddress` | an IP address and a port, or none |
//! | `Version` | a version of HTTP |
//! | `Request` | a request, shown by its method |
//! | `ResponseHead` | the head of a response |
//! | `Stream` | the byte stream of a connection, by number and TLS layers |
//! | `TlsContext` | a TLS configuration |
//! | `SocketOptions` | the caller's socket options, or none |
//! | `Credentials` | a user name and a password, or none |
//! | `Timings` | where the time of an exchange went |
//! | `Failure` | why something failed |
//!
//! The types of each kind stand in `owned.rs`. The sensitivity decides what the redaction policy,
//! [`Capture`](super::Capture), shows of a field.
//!
//! | sensitivity | what is hidden |
//! |---|---|
//! | `Public` | nothing |
//! | `Url` | passwords and secret query values in a URL |
//! | `Fields` | the values of header fields, by the names of the fields |
//! | `Secret` | the field |
//! | `Payload` | the field: bytes of messages, which are counted instead |

/// Declares the events and spans of these entries.
macro_rules! catalog {
    ($(
        #[doc = $doc:literal]
        $(point $point:ident: $point_logger:ident $point_name:literal $point_level:ident {
            $($fields:tt)*
        })?
        $(span $span:ident: $logger:ident $name:literal $level:ident {
            $(#[doc = $started_doc:literal])?
            started $started:ident $($started_level:ident)? { $($arguments:tt)* }
            $(
                $(#[doc = $complete_doc:literal])?
                complete $complete:ident $($complete_level:ident)? {
                    $($stream:ident)?
                    $(
                        $(#[doc = $result_doc:literal])+
                        $result:ident: $result_kind:ident $result_sensitivity:ident,
                    )*
                }
                $(#[doc = $failed_doc:literal])?
                failed $failed:ident $($failed_level:ident)? {
                    failure
                    $(, $(
                        $(#[doc = $more_doc:literal])+
                        $more:ident: $more_kind:ident $more_sensitivity:ident,
                    )+)?
                }
            )?
            $(ends as $other:ident)?
        })?
    )+) => {
        events! {$(
            $(
                #[doc = $doc]
                $point: $point_logger $point_name Point [$point_level] { $($fields)* }
            )?
            $(
                #[doc = description!($doc ": it begins." $($started_doc)?)]
                $started: $logger $name Started [$level $($started_level)?] { $($arguments)* }
                $(
                    #[doc = description!($doc ": done." $($complete_doc)?)]
                    $complete: $logger $name Complete [$level $($complete_level)?] {
                        $(#[doc = " The stream that came of it."] $stream: Stream Public,)?
                        $($(#[doc = $result_doc])+ $result: $result_kind $result_sensitivity,)*
                    }
                    #[doc = description!($doc ": given up." $($failed_doc)?)]
                    $failed: $logger $name Failed [$level $($failed_level)?] {
                        #[doc = " Why."] failure: Failure Fields,
                        $($($(#[doc = $more_doc])+ $more: $more_kind $more_sensitivity,)+)?
                    }
                )?
            )?
        )+}

        spans! {$($(
            #[doc = concat!($doc, ".")]
            $span: $started
            $(=> $complete { $($stream)? } { $($result)* }, $failed { $($($more)+)? })?
            $(as $other)?;
        )?)+}
    };
}

/// The sentence of an event: that of its span with an end, or one of its own.
macro_rules! description {
    ($span:literal $end:literal) => {
        concat!($span, $end)
    };
    ($span:literal $end:literal $own:literal) => {
        $own
    };
}

pub(super) use {catalog, description};
