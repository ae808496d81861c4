//! Events as records of the crate `log`.

use limpid_core::trace::{Capture, Interest, Level, Meta, Sink, TraceEvent};
use log::Record;
use log::kv::{Error, Key, Source, Value, VisitSource};

use super::columns::{Pairs, Safe, Shown, columns, key, numbers};
use crate::python::Messages;

/// A sink that passes events to the logger of the crate `log`.
///
/// The message of a record is that of the log line. Its key-values are the numbers of the event, such as
/// `exchange`, `hop` and `connection`, and its fields, with the names and units of
/// [JSON lines](crate::JsonSink): numbers and flags as such, other values as text. `operation` and
/// `parent_operation` are the `span` and the `parent` of JSON lines, and `head_fields`, `request_target` and
/// `start_line` are `fields`, `target` and `line`, since loggers have such keys themselves;
/// `remote_trace_id` and `remote_parent_id` are those of a `traceparent`. Numbers that are 0 are left out, except `seq`.
///
/// ```
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Cx, EventKind, Scope, TraceEvent};
/// use limpid_sinks::bridge::LogBridge;
///
/// // A logger such as env_logger is set up first, with a filter such as httpx=info.
/// let sink = LogBridge::new();
///
/// let mut scope = Scope::default();
/// let mut cx = Cx::new(Mono::default(), &sink, &mut scope);
/// cx.emit(EventKind::CloseStarted, || TraceEvent::CloseStarted {});
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct LogBridge {
    messages: Messages,
}

impl LogBridge {
    /// Returns a bridge that shows what [`Capture::Default`] allows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how much records may show: [`Capture::Default`] by default.
    #[must_use]
    pub const fn capture(mut self, capture: Capture) -> Self {
        self.messages.capture = capture;
        self
    }
}

const fn level(level: Level) -> log::Level {
    match level {
        Level::Trace => log::Level::Trace,
        Level::Debug => log::Level::Debug,
        Level::Info => log::Level::Info,
        Level::Warning => log::Level::Warn,
        Level::Error | Level::Critical => log::Level::Error,
    }
}

impl Sink for LogBridge {
    fn interest(&self) -> Interest {
        Interest::matching(
            |event| log::log_enabled!(target: event.logger.name(), level(event.level)),
        )
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let metadata = meta.kind.metadata();
        let (target, level) = (metadata.logger.name(), level(metadata.level));
        if !log::log_enabled!(target: target, level) {
            return;
        }
        let mut pairs = numbers(meta);
        let columns = columns(event, self.messages.capture).into_iter();
        pairs.extend(columns.map(|(column, value)| match value {
            Shown::Address(address) => (key(column), Shown::Text(address.to_string())),
            value => (key(column), value),
        }));
        let pairs = KeyValues(pairs);
        let mut record = Record::builder();
        record.target(target).level(level).key_values(&pairs);
        log::logger().log(&record.args(format_args!("{}", Safe(self.messages.of(event)))).build());
    }
}

/// Pairs as the key-values of a record.
struct KeyValues(Pairs);

impl Source for KeyValues {
    fn visit<'kvs>(&'kvs self, visitor: &mut dyn VisitSource<'kvs>) -> Result<(), Error> {
        let Self(pairs) = self;
        pairs.iter().try_for_each(|(key, value)| visitor.visit_pair(Key::from(*key), value.into()))
    }

    fn count(&self) -> usize {
        self.0.len()
    }
}

impl<'v> From<&'v Shown> for Value<'v> {
    fn from(value: &'v Shown) -> Self {
        match value {
            Shown::Flag(flag) => (*flag).into(),
            Shown::Integer(number) => (*number).into(),
            Shown::Large(number) => (*number).into(),
            Shown::Text(text) => text.as_str().into(),
            Shown::Address(address) => Value::from_display(address),
        }
    }
}
