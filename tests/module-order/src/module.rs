//! What one module says of itself.

use std::collections::{BTreeMap, BTreeSet};

/// A module, by its place in the list of all.
pub(crate) type ModuleId = usize;

/// A path as it was written: its segments.
pub(crate) type Segments = Vec<String>;

/// A path that a module names, and where.
#[derive(Debug)]
pub(crate) struct Mention {
    pub(crate) path: Segments,
    pub(crate) line: usize,
}

/// A module, with what it declares and names.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Its name at each level below the crate's root.
    pub(crate) path: Segments,
    /// The file that it is in.
    pub(crate) file: String,
    /// The root has none.
    pub(crate) parent: Option<ModuleId>,
    pub(crate) children: BTreeMap<String, ModuleId>,
    /// The names that `use` brings in. There are several for one name where `cfg` decides.
    pub(crate) bindings: BTreeMap<String, Vec<Segments>>,
    /// The paths of which `use` brings in every name.
    pub(crate) globs: Vec<Segments>,
    /// The items that it defines, except those that a macro does.
    pub(crate) defined: BTreeSet<String>,
    pub(crate) mentions: Vec<Mention>,
    /// `mod child;`: the child, and the line.
    pub(crate) declares: Vec<(ModuleId, usize)>,
}
