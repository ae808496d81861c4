//! The declarations and paths of one module.

use std::collections::{BTreeMap, BTreeSet};

/// A module, by its index in the list of all.
pub(crate) type ModuleId = usize;

/// A path as written: its segments.
pub(crate) type Segments = Vec<String>;

/// A path in a module, and its place.
#[derive(Debug)]
pub(crate) struct Mention {
    pub(crate) path: Segments,
    pub(crate) line: usize,
}

/// A module, with its declarations and paths.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Its name at each level below the crate's root.
    pub(crate) path: Segments,
    /// Its file.
    pub(crate) file: String,
    /// `None` for the root.
    pub(crate) parent: Option<ModuleId>,
    pub(crate) children: BTreeMap<String, ModuleId>,
    /// The names that `use` imports. `cfg` may give one name several targets.
    pub(crate) bindings: BTreeMap<String, Vec<Segments>>,
    /// The paths from which `use` imports every name.
    pub(crate) globs: Vec<Segments>,
    /// The items that it defines, except those from macros.
    pub(crate) defined: BTreeSet<String>,
    pub(crate) mentions: Vec<Mention>,
    /// `mod child;`: the child, and the line.
    pub(crate) declares: Vec<(ModuleId, usize)>,
}
