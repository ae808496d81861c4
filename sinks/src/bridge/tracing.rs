//! Events as events of the crate `tracing`.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};
use std::sync::{LazyLock, Once, OnceLock};

use limpid_core::trace::{
    Capture, EventKind, FieldMeta, Interest, Level, Meta, Sink, TraceEvent, Value,
};
use tracing_core::callsite::{self, Callsite, Identifier};
use tracing_core::field::{DisplayValue, Field, FieldSet, Value as Recorded, display};
use tracing_core::{Event, Kind, LevelFilter, Metadata, dispatcher, subscriber};

use super::safe::Safe;
use crate::python::{FieldRepr, Messages};

/// A sink that passes events to the subscriber of the crate `tracing`.
///
/// Each event has its message and these fields: the numbers `exchange`, `connection`, `attempt`, `span` and
/// `seq`, and the fields of the catalogue under their names. Numbers and flags are recorded as such, other
/// values as they are displayed; a field without a value is omitted.
///
/// ```
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Cx, EventKind, Scope, TraceEvent};
/// use limpid_sinks::bridge::TracingBridge;
///
/// // A subscriber is set up first, such as tracing_subscriber::fmt().with_max_level(..).init().
/// let sink = TracingBridge::new();
///
/// let mut scope = Scope::default();
/// let mut cx = Cx::new(Mono::default(), &sink, &mut scope);
/// cx.emit(EventKind::CloseStarted, || TraceEvent::CloseStarted {});
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingBridge {
    messages: Messages,
}

impl TracingBridge {
    /// Returns a bridge that shows what [`Capture::Default`] allows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how much events may show: [`Capture::Default`] by default.
    #[must_use]
    pub const fn capture(mut self, capture: Capture) -> Self {
        self.messages.capture = capture;
        self
    }
}

impl Sink for TracingBridge {
    fn interest(&self) -> Interest {
        static REGISTERED: Once = Once::new();
        REGISTERED.call_once(|| SITES.iter().for_each(|site| callsite::register(site)));
        dispatcher::get_default(|dispatch| {
            Interest::matching(|event| {
                let metadata = SITES[event.kind as usize].metadata();
                *metadata.level() <= LevelFilter::current() && dispatch.enabled(metadata)
            })
        })
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let metadata = SITES[meta.kind as usize].metadata();
        dispatcher::get_default(|dispatch| {
            // Subscribers of several layers expect to be asked before each event.
            if dispatch.enabled(metadata) {
                let values = Values::new(self.messages, meta, event);
                values.record(metadata.fields(), |set| dispatch.event(&Event::new(metadata, set)));
            }
        });
    }
}

/// The fields that every event has, before those of its kind.
const COMMON: [&str; 9] =
    ["message", "exchange", "hop", "connection", "attempt", "span", "parent", "seq", "tag"];

/// The most fields that an event may have, these included.
const MOST: usize = 19;

/// The names of the fields of each event.
static NAMES: LazyLock<Vec<Vec<&'static str>>> = LazyLock::new(|| {
    let names = |kind: &EventKind| {
        let own = kind.metadata().fields.iter().map(|field| field.name);
        COMMON.into_iter().chain(own).collect()
    };
    EventKind::ALL.iter().map(names).collect()
});

/// A callsite of `tracing` for each kind of event.
static SITES: [Site; EventKind::ALL.len()] = sites();

struct Site {
    kind: EventKind,
    metadata: OnceLock<Metadata<'static>>,
}

const fn sites() -> [Site; EventKind::ALL.len()] {
    let mut sites = [const { Site { kind: EventKind::ALL[0], metadata: OnceLock::new() } };
        EventKind::ALL.len()];
    let mut index = 0;
    while index < sites.len() {
        sites[index].kind = EventKind::ALL[index];
        index += 1;
    }
    sites
}

impl Callsite for Site {
    fn set_interest(&self, _: subscriber::Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        self.metadata.get_or_init(|| {
            let index = self.kind as usize;
            let known = self.kind.metadata();
            let fields = FieldSet::new(&NAMES[index], Identifier(&SITES[index]));
            let (target, level) = (known.logger.name(), level(known.level));
            let kind = Kind::EVENT;
            Metadata::new(known.variant, target, level, None, None, None, fields, kind)
        })
    }
}

const fn level(level: Level) -> tracing_core::Level {
    match level {
        Level::Trace => tracing_core::Level::TRACE,
        Level::Debug => tracing_core::Level::DEBUG,
        Level::Info => tracing_core::Level::INFO,
        Level::Warning => tracing_core::Level::WARN,
        Level::Error | Level::Critical => tracing_core::Level::ERROR,
    }
}

/// The values of one event, in the order of its names.
struct Values<'a> {
    values: [Shown<'a>; MOST],
    len: usize,
}

/// A value as a value of `tracing`.
enum Shown<'a> {
    Nothing,
    Count(u64),
    Flag(bool),
    Tag(DisplayValue<Safe<&'a str>>),
    Message(DisplayValue<Safe<crate::python::Message<'a>>>),
    Text(DisplayValue<Safe<Plain<'a>>>),
}

/// A field without the quotes that Python puts around text.
struct Plain<'a>(FieldRepr<'a>);

impl<'a> Values<'a> {
    fn new(messages: Messages, meta: &'a Meta, event: &'a TraceEvent<'a>) -> Self {
        let mut values = Self { values: [const { Shown::Nothing }; MOST], len: 0 };
        values.push(Shown::Message(display(Safe(messages.of(event)))));
        values.push(Shown::Count(meta.exchange.0));
        values.push(Shown::Count(meta.hop.into()));
        values.push(Shown::Count(meta.connection.0));
        values.push(Shown::Count(meta.attempt.into()));
        values.push(Shown::Count(meta.span().0));
        values.push(Shown::Count(meta.parent().0));
        values.push(Shown::Count(meta.seq));
        values
            .push(meta.tag.as_deref().map_or(Shown::Nothing, |tag| Shown::Tag(display(Safe(tag)))));
        let mut name: &[u8] = b"";
        event.visit(|field, value| {
            if let ("name", Value::Bytes(own)) = (field.name, value) {
                name = own;
            }
            values.push(Shown::of(messages, name, field, value));
        });
        values
    }

    fn push(&mut self, value: Shown<'a>) {
        if let Some(slot) = self.values.get_mut(self.len) {
            *slot = value;
            self.len += 1;
        }
    }

    /// Pairs values with fields and passes them to a callback.
    fn record(&self, fields: &FieldSet, use_them: impl FnOnce(&tracing_core::field::ValueSet<'_>)) {
        let mut names = fields.iter();
        let Some(first) = names.next() else { return };
        // Unused places name the first field again, without a value.
        let mut pairs: [(Field, Option<&dyn Recorded>); MOST] =
            std::array::from_fn(|_| (first.clone(), None));
        let names = std::iter::once(first).chain(names);
        for ((pair, name), value) in pairs.iter_mut().zip(names).zip(&self.values[..self.len]) {
            *pair = (name, value.recorded());
        }
        let pairs: [(&Field, Option<&dyn Recorded>); MOST] =
            std::array::from_fn(|index| (&pairs[index].0, pairs[index].1));
        use_them(&fields.value_set(&pairs));
    }
}

impl<'a> Shown<'a> {
    fn of(messages: Messages, name: &'a [u8], field: &FieldMeta, value: Value<'a>) -> Self {
        match value {
            Value::None => Self::Nothing,
            Value::Flag(flag) => Self::Flag(flag),
            Value::Count(count) => Self::Count(count),
            _ => {
                let sensitivity = field.sensitivity;
                let repr = FieldRepr { messages, sensitivity, name, value };
                Self::Text(display(Safe(Plain(repr))))
            }
        }
    }

    fn recorded(&self) -> Option<&dyn Recorded> {
        match self {
            Self::Nothing => None,
            Self::Count(count) => Some(count),
            Self::Flag(flag) => Some(flag),
            Self::Tag(tag) => Some(tag),
            Self::Message(message) => Some(message),
            Self::Text(text) => Some(text),
        }
    }
}

impl Display for Plain<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let FieldRepr { messages, sensitivity, value, .. } = self.0;
        let text = match (sensitivity, value) {
            (_, Value::Word(word)) => Cow::Borrowed(word),
            (sensitivity, Value::Text(text)) => match messages.capture.string(sensitivity, text) {
                Some(shown) => shown,
                None => return self.0.fmt(f),
            },
            _ => return self.0.fmt(f),
        };
        f.write_str(&text)
    }
}
