//! The callsites of events and spans: what subscribers know about them in advance.

use std::sync::{LazyLock, OnceLock};

use limpid_core::trace::{EventKind, Level};
use tracing_core::callsite::{Callsite, Identifier};
use tracing_core::field::{FieldSet, Value, ValueSet};
use tracing_core::{Dispatch, Kind, LevelFilter, Metadata, callsite, subscriber};

use super::super::columns::{NUMBERS, Pairs, Shown, key};
use super::role::Role;
use crate::json;

/// A callsite.
pub(super) struct Site {
    of: Of,
    metadata: OnceLock<Metadata<'static>>,
}

#[derive(Clone, Copy)]
enum Of {
    Event(EventKind),
    Span(Role),
}

/// A callsite for each kind of event.
static EVENTS: [Site; EventKind::ALL.len()] = {
    let mut sites = [const { Site::new(Of::Event(EventKind::ALL[0])) }; EventKind::ALL.len()];
    let mut index = 0;
    while index < sites.len() {
        sites[index].of = Of::Event(EventKind::ALL[index]);
        index += 1;
    }
    sites
};

/// A callsite for each kind of span.
static SPANS: [Site; Role::ALL.len()] = {
    let mut sites = [const { Site::new(Of::Span(Role::ALL[0])) }; Role::ALL.len()];
    let mut index = 0;
    while index < sites.len() {
        sites[index].of = Of::Span(Role::ALL[index]);
        index += 1;
    }
    sites
};

/// The keys of events, by their kinds.
static EVENT_KEYS: LazyLock<Vec<Vec<&'static str>>> = LazyLock::new(|| {
    let keys = |kind: &EventKind| {
        // Once in the life of the program.
        let columns = json::names(*kind).into_iter().map(|name| key(name.leak()));
        ["message"].into_iter().chain(NUMBERS).chain(columns).collect()
    };
    EventKind::ALL.iter().map(keys).collect()
});

/// The names of the attributes of spans, by their roles.
static SPAN_KEYS: LazyLock<Vec<Vec<&'static str>>> =
    LazyLock::new(|| Role::ALL.iter().map(|role| role.attribute_names()).collect());

/// Tells subscribers about all callsites. Later calls have no effect.
pub(super) fn register() {
    static REGISTERED: std::sync::Once = std::sync::Once::new();
    REGISTERED.call_once(|| EVENTS.iter().chain(&SPANS).for_each(|site| callsite::register(site)));
}

pub(super) fn of_event(kind: EventKind) -> &'static Site {
    &EVENTS[kind as usize]
}

pub(super) fn of_span(role: Role) -> &'static Site {
    &SPANS[role as usize]
}

impl Site {
    const fn new(of: Of) -> Self {
        Self { of, metadata: OnceLock::new() }
    }

    /// Returns whether the subscriber takes it. Subscribers of several layers expect to be asked before each
    /// event and each span.
    pub(super) fn is_enabled(&'static self, dispatch: &Dispatch) -> bool {
        let metadata = self.metadata();
        *metadata.level() <= LevelFilter::current() && dispatch.enabled(metadata)
    }

    /// Returns the keys.
    pub(super) fn keys(&self) -> &'static [&'static str] {
        match self.of {
            Of::Event(kind) => &EVENT_KEYS[kind as usize],
            Of::Span(role) => &SPAN_KEYS[role as usize],
        }
    }

    /// Passes those of the values whose keys this callsite has.
    pub(super) fn with_values<T>(
        &'static self,
        pairs: &Pairs,
        use_them: impl FnOnce(&ValueSet<'_>) -> T,
    ) -> T {
        let keys = self.keys();
        let mut values: Vec<Option<&dyn Value>> = vec![None; keys.len()];
        let mut owned: Vec<Option<String>> = Vec::new();
        owned.extend(pairs.iter().map(|(_, value)| match value {
            Shown::Address(address) => Some(address.to_string()),
            _ => None,
        }));
        for ((key, value), text) in pairs.iter().zip(&owned) {
            if let Some(at) = keys.iter().position(|known| known == key) {
                values[at] = Some(match (value, text) {
                    (_, Some(text)) => text,
                    (Shown::Flag(flag), _) => flag,
                    (Shown::Integer(number), _) => number,
                    (Shown::Large(number), _) => number,
                    (Shown::Text(text), _) => text,
                    (Shown::Address(_), None) => continue,
                });
            }
        }
        use_them(&self.metadata().fields().value_set_all(&values))
    }

    fn create(&'static self) -> Metadata<'static> {
        let fields = FieldSet::new(self.keys(), Identifier(self));
        let (name, logger, known, kind) = match self.of {
            Of::Event(kind) => {
                let known = kind.metadata();
                (known.variant, known.logger, known.level, Kind::EVENT)
            }
            Of::Span(role) => (role.name(), role.logger(), role.level(), Kind::SPAN),
        };
        Metadata::new(name, logger.name(), level(known), None, None, None, fields, kind)
    }
}

impl Callsite for Site {
    fn set_interest(&self, _: subscriber::Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        self.metadata.get_or_init(|| match self.of {
            Of::Event(kind) => of_event(kind).create(),
            Of::Span(role) => of_span(role).create(),
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
