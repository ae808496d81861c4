//! State diagrams: which action follows which.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

const BEGIN: &str = "//! ```mermaid\n";
const END: &str = "//! ```\n";

/// The label of calls that report a failure.
pub(crate) const FAILURE: &str = "failure";

/// The transitions between actions, with the calls that cause them.
#[derive(Debug)]
pub(crate) struct Diagram {
    /// All nodes, in the order in which they are shown.
    nodes: &'static [&'static str],
    edges: BTreeMap<(usize, usize), BTreeSet<&'static str>>,
}

impl Diagram {
    pub(crate) const fn new(nodes: &'static [&'static str]) -> Self {
        Self { nodes, edges: BTreeMap::new() }
    }

    /// Records that `to` follows `from` after this call, or without a call if it is empty.
    pub(crate) fn note(&mut self, from: &str, to: &str, call: &'static str) {
        let place = |name: &str| {
            let found = self.nodes.iter().position(|node| *node == name);
            found.unwrap_or_else(|| panic!("{name} is not a node"))
        };
        self.edges.entry((place(from), place(to))).or_default().insert(call);
    }

    /// Returns the diagram as lines of a module's documentation.
    fn lines(&self) -> String {
        let mut lines = String::from("//! stateDiagram-v2\n");
        let is_reached = |place| self.edges.keys().any(|(_, to)| *to == place);
        for (place, node) in self.nodes.iter().enumerate() {
            assert!(place == 0 || is_reached(place), "{node} is never reached");
        }
        for ((from, to), calls) in &self.edges {
            let (from, to) = (self.nodes[*from], self.nodes[*to]);
            if calls.contains("") {
                writeln!(lines, "//!     {from} --> {to}").unwrap();
            }
            // A failure is shown after the successful calls.
            let last = calls.contains(FAILURE).then_some(&FAILURE);
            let calls = calls.iter().filter(|call| **call != FAILURE && !call.is_empty());
            let calls: Vec<_> = calls.chain(last).copied().collect();
            if !calls.is_empty() {
                writeln!(lines, "//!     {from} --> {to}: {}", calls.join(", ")).unwrap();
            }
        }
        lines
    }

    /// Compares the diagram in the documentation of this file with this one, and rewrites it if
    /// `LIMPID_BLESS` is 1.
    pub(crate) fn is_current(&self, file: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
        let (before, rest) = text.split_once(BEGIN).expect("the file has a place for a diagram");
        let (kept, after) = rest.split_once(END).expect("the diagram has an end");
        let lines = self.lines();
        if std::env::var_os("LIMPID_BLESS").is_some_and(|bless| bless == "1") {
            return fs::write(&path, [before, BEGIN, &lines, END, after].concat()).unwrap();
        }
        assert!(
            kept == lines,
            "the diagram in core/{file} differs from the machine; LIMPID_BLESS=1 cargo test -p \
             limpid-core --test lifecycle rewrites it. It should be\n{lines}"
        );
    }
}
