//! The form of the catalogue's entries, and the macro that declares them.
//!
//! An entry is a point or a span, under a doc comment of one line. A longer one does not compile.
//!
//! ```text
//! /// The description of a point.
//! point Variant: Logger "name" Level { fields }
//!
//! /// The operation of a span, without a full stop
//! span Kind: Logger "name" Level {
//!     started Variant { fields }
//!     complete Variant { stream, or fields, or nothing }
//!     failed Variant { failure, and fields if there are more }
//! }
//! ```
//!
//! | key | meaning |
//! |---|---|
//! | `point` | a single event, with [`Stage::Point`](super::Stage) |
//! | `span` | an operation: one [`SpanKind`](super::SpanKind) and three events. Each span emits the first and then one of the others |
//! | `Logger` | a [`Logger`](super::Logger), under which the event is logged |
//! | `"name"` | the name in log lines; stages add `.started`, `.complete` and `.failed` |
//! | `Level` | a [`Level`](super::Level) |
//! | `started` | the event with the arguments of the span |
//! | `complete` | the event with its result; `{ stream }` is a common field: the resulting stream |
//! | `failed` | the event with `failure`, the reason, and then any other fields |
//! | `complete Variant Level` | the level of that event, if it is not that of the span |
//! | doc comment above `started`, `complete` or `failed` | the description of that event; by default it is that of the span, followed by `: started.`, `: complete.` or `: failed.` |
//! | `ends as Kind` | instead of `complete` and `failed`: the events that end another span also end this one |
//! | `Variant` | the name in [`TraceEvent`](super::TraceEvent) and [`EventKind`](super::EventKind). The names of a span's events are written in full, so that a search for one finds its entry |
//!
//! A field is `name: Kind Sensitivity,` under a doc comment.
//!
//! | kind | content |
//! |---|---|
//! | `Text`, `MaybeText` | text, or nothing |
//! | `Bytes` | bytes of the connection |
//! | `Word` | one of a small set of fixed texts, such as a reason |
//! | `Flag` | true or false |
//! | `Count`, `MaybeCount` | a number, or nothing |
//! | `Port`, `Status` | a port; a status code |
//! | `Seconds` | a duration, or no limit |
//! | `Address`, `MaybeAddress` | an IP address and a port, or nothing |
//! | `Version` | an HTTP version |
//! | `Request` | a request, shown by its method |
//! | `RequestHead` | the head of a request |
//! | `ResponseHead` | the head of a response |
//! | `Stream` | the byte stream of a connection: its number and its number of TLS layers |
//! | `TlsContext` | a TLS configuration |
//! | `SocketOptions` | the caller's socket options, or nothing |
//! | `Credentials` | a user name and a password, or nothing |
//! | `Timings` | the duration of each part of an exchange |
//! | `Failure` | why an operation failed |
//!
//! `owned.rs` has the types of each kind. The sensitivity determines what the redaction policy,
//! [`Capture`](super::Capture), shows of a field.
//!
//! | sensitivity | hidden parts |
//! |---|---|
//! | `Public` | nothing |
//! | `Url` | passwords and secret query values in a URL |
//! | `Text` | secrets in text of the application, as far as they can be recognized |
//! | `Phrase` | secrets of URLs in text of the peer, and JSON Web Tokens |
//! | `Fields` | the values of header fields, by the names of the fields; in a head, also what `Url` hides in its target |
//! | `Secret` | the whole field |
//! | `Payload` | the whole field: bytes of messages, of which only the number is shown |

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
                #[doc = description!($doc ": started." $($started_doc)?)]
                $started: $logger $name Started [$level $($started_level)?] { $($arguments)* }
                $(
                    #[doc = description!($doc ": complete." $($complete_doc)?)]
                    $complete: $logger $name Complete [$level $($complete_level)?] {
                        $(#[doc = " The resulting stream."] $stream: Stream Public,)?
                        $($(#[doc = $result_doc])+ $result: $result_kind $result_sensitivity,)*
                    }
                    #[doc = description!($doc ": failed." $($failed_doc)?)]
                    $failed: $logger $name Failed [$level $($failed_level)?] {
                        #[doc = " The reason."] failure: Failure Fields,
                        $($($(#[doc = $more_doc])+ $more: $more_kind $more_sensitivity,)+)?
                    }
                )?
            )?
        )+}

        $( const _: () = entry!($doc, $($point)? $($span)?); )+

        spans! {$($(
            #[doc = concat!($doc, ".")]
            $span: $started
            $(=> $complete { $($stream)? } { $($result)* }, $failed { $($($more)+)? })?
            $(as $other)?;
        )?)+}
    };
}

/// Checks that a point or a span follows a doc comment. A second line of it would be an entry of its own.
macro_rules! entry {
    ($doc:literal, $name:ident) => {
        ()
    };
    ($doc:literal,) => {
        compile_error!(concat!("write the description of an event in one line:", $doc))
    };
}

/// Expands to the description of an event: that of its span with a suffix, or `$own`.
macro_rules! description {
    ($span:literal $end:literal) => {
        concat!($span, $end)
    };
    ($span:literal $end:literal $own:literal) => {
        $own
    };
}

pub(super) use {catalog, description, entry};
