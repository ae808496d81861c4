//! The interface of the crates as rustdoc sees it. `.ci/interface` writes what is read here, and runs these tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

/// The crates that are checked.
const CRATES: [&str; 8] = [
    "limpid_core",
    "limpid_io",
    "limpid_recording",
    "limpid_sinks",
    "limpid_socket",
    "limpid_std",
    "limpid_test",
    "limpid_tokio",
];

/// The crates whose users need no other. Types of the core stand there under their own names, or in a module.
const DRIVERS: [&str; 2] = ["limpid_std", "limpid_tokio"];

/// The types of both drivers, with the methods that only one of them has.
const OWN: [(&str, &[&str], &[&str]); 7] = [
    ("Client", &[], &[]),
    ("RequestBuilder", &[], &[]),
    ("Body", &["channel", "seekable"], &["http", "pieces", "stream"]),
    ("Response", &[], &["upload"]),
    ("ResponseBody", &[], &["upgrade"]),
    ("Server", &[], &["serve_connection", "serve_service"]),
    (
        "Exchange",
        &["flush_now", "is_closed"],
        &["buffer", "closed", "flush", "half_closed", "unsent"],
    ),
];

/// The interface of a crate.
struct Interface {
    name: &'static str,
    /// The public items, and implementations.
    items: Vec<Map<String, Value>>,
    /// The paths of items, of other crates too, by their number.
    paths: Map<String, Value>,
}

impl Interface {
    fn read(name: &'static str) -> Self {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("../doc/{name}.json"));
        let text = fs::read(&file)
            .unwrap_or_else(|error| panic!("{}: {error}: run .ci/interface", file.display()));
        let mut document: Value = serde_json::from_slice(&text).unwrap();
        let [items, paths] = ["index", "paths"].map(|key| match document[key].take() {
            Value::Object(map) => map,
            other => panic!("{name}: {key} is {other}"),
        });
        let items = items.into_iter().map(|(_, item)| match item {
            Value::Object(item) => item,
            other => panic!("{name}: an item is {other}"),
        });
        Self { name, items: items.collect(), paths }
    }

    /// Returns the path of an item where it is defined, such as `limpid_core::client::url::absolute::Url`.
    fn path(&self, id: &Value) -> Option<String> {
        let path = self.paths.get(&id.to_string())?["path"].as_array()?;
        let parts: Vec<&str> = path.iter().filter_map(Value::as_str).collect();
        let path = parts.join("::");
        // Crates that another one has as a part of its own.
        let parts = [("rustls_pki_types::", "rustls::pki_types::"), ("serde_core::", "serde::")];
        let part = parts.iter().find_map(|(name, whole)| Some((whole, path.strip_prefix(name)?)));
        Some(part.map_or_else(|| path.clone(), |(whole, rest)| format!("{whole}{rest}")))
    }

    /// Returns what is re-exported: items, modules and crates.
    fn re_exports(&self) -> BTreeSet<String> {
        let uses = self.items.iter().filter_map(|item| item["inner"].get("use"));
        uses.filter_map(|item| self.path(&item["id"])).collect()
    }

    /// Returns the types and traits of other crates in the signatures, each with an item that has it.
    fn foreign(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for item in &self.items {
            let mut ids = Vec::new();
            match item["inner"].get("impl") {
                Some(implementation) if is_derived(implementation) => {}
                Some(implementation) => collect(&implementation["for"], &mut ids),
                None => collect(&item["inner"], &mut ids),
            }
            let within = item["name"].as_str().unwrap_or("an implementation");
            let is_foreign = |path: &String| {
                let root = path.split("::").next().unwrap_or_default();
                ![self.name, "std", "core", "alloc"].contains(&root)
            };
            let paths = ids.into_iter().filter_map(|id| self.path(id)).filter(is_foreign);
            found.extend(paths.map(|path| (path, within.to_owned())));
        }
        found
    }

    /// Returns the names of a type's own methods.
    fn methods(&self, name: &str) -> BTreeSet<&str> {
        let is_own = |implementation: &&Value| {
            let path = implementation["for"]["resolved_path"]["path"].as_str().unwrap_or_default();
            implementation["trait"].is_null() && path.rsplit("::").next() == Some(name)
        };
        let implementations = self.items.iter().filter_map(|item| item["inner"].get("impl"));
        let ids: Vec<&Value> = implementations
            .filter(is_own)
            .filter_map(|implementation| implementation["items"].as_array())
            .flatten()
            .collect();
        let methods = self.items.iter().filter(|item| ids.contains(&&item["id"]));
        methods.filter_map(|item| item["name"].as_str()).collect()
    }

    /// Returns the types that are not `Send`.
    fn not_send(&self) -> Vec<String> {
        let implementations = self.items.iter().filter_map(|item| item["inner"].get("impl"));
        implementations
            .filter(|implementation| {
                implementation["is_negative"] == true && implementation["trait"]["path"] == "Send"
            })
            .map(|implementation| implementation["for"]["resolved_path"]["path"].to_string())
            .collect()
    }
}

/// Returns whether an implementation is one that the compiler has derived, or one for all types.
fn is_derived(implementation: &Value) -> bool {
    implementation["is_synthetic"] == true || !implementation["blanket_impl"].is_null()
}

/// Finds the numbers of all types and traits in a part of an item.
fn collect<'v>(value: &'v Value, ids: &mut Vec<&'v Value>) {
    match value {
        Value::Object(map) => {
            if let (Some(_), Some(id), Some(_)) = (map.get("path"), map.get("id"), map.get("args"))
            {
                ids.push(id);
            }
            map.values().for_each(|value| collect(value, ids));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, ids)),
        _ => {}
    }
}

#[test]
#[ignore = "reads what .ci/interface writes"]
fn types_in_signatures_are_re_exported() {
    let mut missing = BTreeSet::new();
    for name in CRATES {
        let interface = Interface::read(name);
        let re_exports = interface.re_exports();
        let foreign = interface.foreign();
        assert!(
            foreign.len() > 10,
            "{name}: only {} types of other crates were found",
            foreign.len()
        );
        for (path, within) in foreign {
            let is_reached = |end: usize| {
                let is_name_needed = DRIVERS.contains(&name) && path[..end] == *"limpid_core";
                !is_name_needed && re_exports.contains(&path[..end])
            };
            let mut ends = path.match_indices("::").map(|(at, _)| at).chain([path.len()]);
            if !ends.any(is_reached) {
                missing.insert(format!("{name}: {path}, in {within}"));
            }
        }
    }
    let missing = Vec::from_iter(missing).join("\n");
    assert!(missing.is_empty(), "re-export these:\n{missing}");
}

#[test]
#[ignore = "reads what .ci/interface writes"]
fn public_types_are_send() {
    // The simulated network of limpid-test is for one thread.
    for name in CRATES.into_iter().filter(|name| *name != "limpid_test") {
        let interface = Interface::read(name);
        let is_send = |item: &&Map<String, Value>| {
            let implementation = &item["inner"]["impl"];
            implementation["trait"]["path"] == "Send" && implementation["is_negative"] == false
        };
        let count = interface.items.iter().filter(is_send).count();
        assert!(count > 2, "{name}: only {count} types that are Send were found");
        assert_eq!(interface.not_send(), Vec::<String>::new(), "types of {name} that are not Send");
    }
}

#[test]
#[ignore = "reads what .ci/interface writes"]
fn drivers_have_the_same_methods() {
    let drivers = DRIVERS.map(Interface::read);
    for (name, own_std, own_tokio) in OWN {
        let [std, tokio] = drivers.each_ref().map(|driver| driver.methods(name));
        assert!(std.len() > 2 && tokio.len() > 2, "{name}: {std:?} {tokio:?}");
        let only_std: Vec<_> = std.difference(&tokio).copied().collect();
        let only_tokio: Vec<_> = tokio.difference(&std).copied().collect();
        assert_eq!((&*only_std, &*only_tokio), (own_std, own_tokio), "{name}");
    }
}
