//! A logger and a subscriber that record the output of the bridges.

// Each test file is a separate crate and uses some of these.
#![allow(dead_code)]

use std::cell::RefCell;
use std::sync::LazyLock;

use limpid_core::trace::{Capture, EventKind, OwnedTraceEvent, Sink, SpanKind, TraceEvent};

use super::{meta, samples};

thread_local! {
    /// The output of the logger and the subscriber on this thread.
    static TOLD: RefCell<String> = const { RefCell::new(String::new()) };
}

pub(crate) fn told() -> String {
    TOLD.take()
}

#[cfg(feature = "log")]
pub(crate) fn through_log(event: &TraceEvent<'_>, capture: Capture) -> String {
    logger::install();
    limpid_sinks::bridge::LogBridge::new().capture(capture).event(&meta(event), event);
    told()
}

/// Returns what the subscriber receives of an event that happens in no span.
#[cfg(feature = "tracing")]
pub(crate) fn through_tracing(event: &TraceEvent<'_>, capture: Capture) -> String {
    use limpid_sinks::bridge::{Operations, TracingBridge};

    let bridge = TracingBridge::new().operations(Operations::SpansAndEvents).capture(capture);
    subscriber::within(|| bridge.event(&meta(event), event));
    told()
}

/// Returns what the subscriber receives of an event as a line.
#[cfg(feature = "tracing")]
pub(crate) fn through_tracing_lines(event: &TraceEvent<'_>, capture: Capture) -> String {
    use limpid_sinks::bridge::{Operations, TracingBridge};

    let bridge = TracingBridge::new().operations(Operations::Lines).capture(capture);
    subscriber::within(|| bridge.event(&meta(event), event));
    told()
}

/// Returns what the subscriber receives of an event in an exchange and a served request, in which its operation
/// has started.
#[cfg(feature = "tracing")]
pub(crate) fn through_spans(event: &TraceEvent<'_>, capture: Capture) -> String {
    use limpid_sinks::bridge::{Operations, TracingBridge};

    let bridge = TracingBridge::new().operations(Operations::SpansAndEvents).capture(capture);
    let outer = if event.kind().metadata().logger.name() == "limpid.server" {
        [EventKind::ServeStarted, EventKind::AnswerStarted].as_slice()
    } else {
        &[EventKind::ExchangeStarted]
    };
    let ends = |span: &&SpanKind| [span.complete(), span.failed()].contains(&event.kind());
    let own = SpanKind::ALL.iter().find(ends).map(|span| span.started());
    static SAMPLES: LazyLock<Vec<OwnedTraceEvent>> =
        LazyLock::new(|| [samples::empty(), samples::full()].concat());
    subscriber::within(|| {
        for kind in outer.iter().copied().chain(own) {
            let started = SAMPLES.iter().find(|event| event.borrow().kind() == kind).unwrap();
            bridge.event(&meta(&started.borrow()), &started.borrow());
        }
        bridge.event(&meta(event), event);
        drop(bridge);
    });
    told()
}

#[cfg(feature = "log")]
pub(crate) mod logger {
    use std::fmt::Write;

    use log::kv::{Error, Key, Value, VisitSource};

    use super::TOLD;

    struct Logger;

    impl log::Log for Logger {
        /// Enables the events of httpcore and those at INFO.
        fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
            metadata.level() <= log::Level::Info || metadata.target() != "httpx"
        }

        fn log(&self, record: &log::Record<'_>) {
            TOLD.with_borrow_mut(|told| {
                write!(told, "{} {} {}", record.level(), record.target(), record.args()).unwrap();
                record.key_values().visit(&mut Pairs(told)).unwrap();
                told.push('\n');
            });
        }

        fn flush(&self) {}
    }

    /// Writes values by their types: `?` marks those that are no numbers, flags or text.
    struct Pairs<'a>(&'a mut String);

    impl<'kvs> VisitSource<'kvs> for Pairs<'_> {
        fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
            let Self(told) = self;
            if let Some(number) = value.to_i64() {
                write!(told, " {key}={number}")?;
            } else if let Some(flag) = value.to_bool() {
                write!(told, " {key}={flag}")?;
            } else if let Some(text) = value.to_borrowed_str() {
                write!(told, " {key}={text:?}")?;
            } else {
                write!(told, " {key}=?{value}")?;
            }
            Ok(())
        }
    }

    pub(crate) fn install() {
        // Another test may have set it.
        let _ = log::set_logger(&Logger);
        log::set_max_level(log::LevelFilter::Trace);
    }
}

#[cfg(feature = "tracing")]
pub(crate) mod subscriber {
    use std::fmt::{Debug, Write};
    use std::sync::Mutex;

    use tracing_core::field::{Field, Visit};
    use tracing_core::span::{Attributes, Current, Id, Record};
    use tracing_core::{Dispatch, Event, LevelFilter, Metadata, dispatcher};

    use super::TOLD;

    /// Writes a line for each call. Spans have their names and numbers, such as `hop#2`.
    #[derive(Default)]
    pub(crate) struct Subscriber {
        /// The names and the open references of all spans.
        spans: Mutex<Vec<(&'static Metadata<'static>, usize)>>,
        /// The entered spans. Tests call it on one thread.
        entered: Mutex<Vec<u64>>,
    }

    impl Subscriber {
        fn name(&self, id: &Id) -> String {
            let at = id.into_u64() - 1;
            let spans = self.spans.lock().unwrap();
            format!("{}#{}", spans[usize::try_from(at).unwrap()].0.name(), id.into_u64())
        }

        fn parent(&self, parent: Option<&Id>, is_contextual: bool) -> String {
            let entered = self.entered.lock().unwrap().last().copied();
            let current = entered.filter(|_| is_contextual).map(Id::from_u64);
            let name = parent.or(current.as_ref()).map(|id| self.name(id));
            name.unwrap_or_else(|| "none".to_owned())
        }

        /// Returns the spans that are not closed.
        pub(crate) fn open(&self) -> usize {
            self.spans.lock().unwrap().iter().filter(|(_, references)| *references > 0).count()
        }
    }

    impl tracing_core::Subscriber for Subscriber {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target() != "httpcore.socks" || metadata.name().starts_with("Setup")
        }

        fn max_level_hint(&self) -> Option<LevelFilter> {
            Some(LevelFilter::TRACE)
        }

        fn event(&self, event: &Event<'_>) {
            let parent = self.parent(event.parent(), event.is_contextual());
            TOLD.with_borrow_mut(|told| {
                let metadata = event.metadata();
                write!(told, "{} {} in {parent}", metadata.level(), metadata.target()).unwrap();
                event.record(&mut Written(told));
                told.push('\n');
            });
        }

        fn new_span(&self, attributes: &Attributes<'_>) -> Id {
            let parent = self.parent(attributes.parent(), attributes.is_contextual());
            let mut spans = self.spans.lock().unwrap();
            spans.push((attributes.metadata(), 1));
            let id = Id::from_u64(spans.len() as u64);
            drop(spans);
            TOLD.with_borrow_mut(|told| {
                write!(told, "new {} in {parent}", self.name(&id)).unwrap();
                attributes.record(&mut Written(told));
                told.push('\n');
            });
            id
        }

        fn record(&self, id: &Id, record: &Record<'_>) {
            TOLD.with_borrow_mut(|told| {
                write!(told, "record {}", self.name(id)).unwrap();
                record.record(&mut Written(told));
                told.push('\n');
            });
        }

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn enter(&self, id: &Id) {
            self.entered.lock().unwrap().push(id.into_u64());
        }

        fn exit(&self, id: &Id) {
            assert_eq!(self.entered.lock().unwrap().pop(), Some(id.into_u64()));
        }

        fn clone_span(&self, id: &Id) -> Id {
            let at = usize::try_from(id.into_u64() - 1).unwrap();
            self.spans.lock().unwrap()[at].1 += 1;
            id.clone()
        }

        fn try_close(&self, id: Id) -> bool {
            let name = self.name(&id);
            let at = usize::try_from(id.into_u64() - 1).unwrap();
            let references = &mut self.spans.lock().unwrap()[at].1;
            *references -= 1;
            if *references == 0 {
                TOLD.with_borrow_mut(|told| writeln!(told, "close {name}").unwrap());
            }
            *references == 0
        }

        fn current_span(&self) -> Current {
            let spans = self.spans.lock().unwrap();
            match self.entered.lock().unwrap().last() {
                Some(id) => {
                    let at = usize::try_from(*id - 1).unwrap();
                    Current::new(Id::from_u64(*id), spans[at].0)
                }
                None => Current::none(),
            }
        }
    }

    /// Writes values by their types: `?` marks those that are no numbers, flags or text.
    struct Written<'a>(&'a mut String);

    impl Visit for Written<'_> {
        fn record_i64(&mut self, field: &Field, value: i64) {
            write!(self.0, " {field}={value}").unwrap();
        }

        fn record_bool(&mut self, field: &Field, value: bool) {
            write!(self.0, " {field}={value}").unwrap();
        }

        fn record_str(&mut self, field: &Field, value: &str) {
            write!(self.0, " {field}={value:?}").unwrap();
        }

        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            write!(self.0, " {field}=?{value:?}").unwrap();
        }
    }

    pub(crate) fn within<T>(then: impl FnOnce() -> T) -> T {
        thread_local! {
            /// The subscriber of this thread. It takes long to create one, since all callsites are registered with it.
            static DISPATCH: Dispatch = Dispatch::new(Subscriber::default());
        }
        dispatcher::with_default(&DISPATCH.with(Clone::clone), then)
    }
}
