//! Resolution of the paths of a crate.

use std::collections::BTreeSet;

use crate::module::{Module, ModuleId};

/// The modules of a crate; the first is its root.
#[derive(Debug)]
pub(crate) struct CrateTree {
    pub(crate) modules: Vec<Module>,
}

/// The names that were looked up so far, which ends cycles of re-exports.
type Visited = BTreeSet<(ModuleId, String)>;

/// The target of a name.
enum Found {
    /// A module of this crate, or an item that it defines.
    In(ModuleId),
    /// Another crate.
    Elsewhere,
    /// The name itself, as with `pub(crate) use a_macro;`.
    Itself,
}

impl CrateTree {
    /// Returns the module that `path` in `from` names, or that defines the item which it names; re-exports
    /// are followed. `None` if it leads out of the crate.
    pub(crate) fn resolve(&self, from: ModuleId, path: &[String]) -> Option<ModuleId> {
        match self.find(from, path, &mut Visited::new()) {
            Found::In(module) => Some(module),
            Found::Elsewhere | Found::Itself => None,
        }
    }

    /// Returns the top-level module that `path` in `from` goes through as written.
    pub(crate) fn written_top(&self, from: ModuleId, path: &[String]) -> Option<ModuleId> {
        let (mut module, rest) = self.start(from, path)?;
        if let Some(child) = rest.first().and_then(|name| self.modules[module].children.get(name)) {
            module = *child;
        }
        self.top(module)
    }

    /// Returns the top-level module of `module`; the root has no such module.
    pub(crate) fn top(&self, module: ModuleId) -> Option<ModuleId> {
        let name = self.modules[module].path.first()?;
        self.modules[0].children.get(name).copied()
    }

    /// Returns the start of a path by its first segments, and the segments after them.
    fn start<'p>(
        &self,
        from: ModuleId,
        mut path: &'p [String],
    ) -> Option<(ModuleId, &'p [String])> {
        let mut module = from;
        match path.first()?.as_str() {
            "crate" => return Some((0, &path[1..])),
            "self" => path = &path[1..],
            "super" => {}
            name => {
                let here = &self.modules[from];
                let is_known = here.children.contains_key(name) || here.bindings.contains_key(name);
                return is_known.then_some((from, path));
            }
        }
        while path.first().is_some_and(|segment| segment == "super") {
            module = self.modules[module].parent?;
            path = &path[1..];
        }
        Some((module, path))
    }

    fn find(&self, from: ModuleId, path: &[String], visited: &mut Visited) -> Found {
        match self.start(from, path) {
            Some((module, rest)) => self.look_up(module, rest, visited),
            None => Found::Elsewhere,
        }
    }

    fn look_up(&self, at: ModuleId, path: &[String], visited: &mut Visited) -> Found {
        let Some((name, rest)) = path.split_first() else { return Found::In(at) };
        let module = &self.modules[at];
        let child = module.children.get(name);
        if let Some(child) = child.filter(|_| !rest.is_empty()) {
            return self.look_up(*child, rest, visited);
        }
        if let Some(bindings) = module.bindings.get(name) {
            if !visited.insert((at, name.clone())) {
                return Found::Itself;
            }
            let mut found = Found::Elsewhere;
            for binding in bindings {
                // `use name;` is a macro of this file, or another crate.
                if binding[..] == [name.clone()] && !module.defined.contains(name) {
                    continue;
                }
                let path = [binding, rest].concat();
                match self.find(at, &path, visited) {
                    Found::In(module) => return Found::In(module),
                    Found::Itself => found = Found::In(at),
                    Found::Elsewhere => {}
                }
            }
            return found;
        }
        if let Some(child) = child {
            return Found::In(*child);
        }
        if !module.defined.contains(name) {
            for glob in &module.globs {
                if let Found::In(globbed) = self.find(at, glob, visited)
                    && self.has(globbed, name)
                {
                    return self.look_up(globbed, path, visited);
                }
            }
        }
        Found::In(at)
    }

    fn has(&self, module: ModuleId, name: &str) -> bool {
        let module = &self.modules[module];
        module.children.contains_key(name)
            || module.bindings.contains_key(name)
            || module.defined.contains(name)
    }
}
