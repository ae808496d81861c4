//! Comparison of the modules' imports with the declared order.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fmt, io};

use crate::crate_tree::CrateTree;
use crate::graph::{Circle, Graph, Import};
use crate::module::Mention;
use crate::reader::{self, Files};

/// All problems of a crate.
///
/// `Debug` equals `Display`, so that a test that unwraps the result shows sentences.
#[derive(Clone, PartialEq, Eq)]
pub struct Problems(Vec<String>);

impl Problems {
    pub(crate) fn unreadable(src: &Path, error: &io::Error) -> Self {
        Self(vec![format!("{}: {error}", src.display())])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.0 {
            write!(f, "\n{problem}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Problems {}

/// Checks every crate whose root is among `files`: the library and the programs.
pub(crate) fn check(files: &Files, order: &[&str]) -> Result<(), Problems> {
    let mut problems = Vec::new();
    let mut names = BTreeSet::new();
    for root in files.keys().filter(|name| is_root(name)) {
        match reader::modules(files, root) {
            Ok(modules) => {
                let tree = CrateTree { modules };
                names.extend(tree.modules[0].children.keys().cloned());
                problems.extend(undeclared(&tree, order));
                problems.extend(upward(&tree, order));
                problems.extend(circles(&tree));
            }
            Err(error) => problems.push(error),
        }
    }
    if !files.keys().any(|name| is_root(name)) {
        problems.push("there is no crate: neither lib.rs nor main.rs".to_owned());
    }
    for name in order.iter().filter(|name| !names.contains(**name)) {
        problems.push(format!("the order names `{name}`, which the crate has not: remove it"));
    }
    if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
}

/// Returns whether a file is the root of a crate, by Cargo's rules.
fn is_root(name: &str) -> bool {
    match name.strip_prefix("bin/") {
        Some(name) => !name.contains('/') || name.ends_with("/main.rs"),
        None => name == "lib.rs" || name == "main.rs",
    }
}

/// Returns the top-level modules that the order lacks.
fn undeclared(tree: &CrateTree, order: &[&str]) -> Vec<String> {
    let root = &tree.modules[0];
    let lacking = root.children.keys().filter(|name| !order.contains(&name.as_str()));
    lacking
        .map(|name| {
            format!("{}: the order lacks `{name}`: add it above all that it imports", root.file)
        })
        .collect()
}

/// Returns the imports of a higher top-level module: for each file, the first of each such module.
fn upward(tree: &CrateTree, order: &[&str]) -> Vec<String> {
    let height = |module| {
        let name = tree.modules[tree.top(module)?].path.first()?;
        Some((order.iter().position(|other| other == name)?, name))
    };
    let mut problems = Vec::new();
    let mut found = BTreeSet::new();
    for (id, module) in tree.modules.iter().enumerate() {
        let Some((own, name)) = height(id) else { continue };
        for Mention { path, line } in &module.mentions {
            let written = tree.written_top(id, path).and_then(height);
            let defined = tree.resolve(id, path).and_then(height);
            let above = written.into_iter().chain(defined).find(|(height, _)| *height > own);
            let Some((_, above)) = above else { continue };
            if found.insert((&module.file, above)) {
                let (file, path) = (&module.file, path.join("::"));
                problems.push(format!(
                    "{file}:{line}: `{path}` is of `{above}`, which stands above `{name}`: move what \
                     both need below them, or this use of it up"
                ));
            }
        }
    }
    problems
}

/// Returns the files that import each other.
fn circles(tree: &CrateTree) -> Vec<String> {
    let mut graph = Graph::default();
    for (id, module) in tree.modules.iter().enumerate() {
        for (child, line) in &module.declares {
            let child = &tree.modules[*child];
            let path = format!("mod {}", child.path.last().map_or("", String::as_str));
            graph.add(&module.file, &child.file, Import { line: *line, path });
        }
        for Mention { path, line } in &module.mentions {
            if let Some(target) = tree.resolve(id, path) {
                let import = Import { line: *line, path: path.join("::") };
                graph.add(&module.file, &tree.modules[target].file, import);
            }
        }
    }
    graph.circles().iter().map(description).collect()
}

fn description(circle: &Circle) -> String {
    let Circle { files, shortest } = circle;
    let mut text = format!(
        "{files} files import each other in a circle: move what they share into a file of its own"
    );
    for (index, (file, Import { line, path })) in shortest.iter().enumerate() {
        let (next, _) = &shortest[(index + 1) % shortest.len()];
        text += &format!("\n    {file}:{line}: `{path}` of {next}");
    }
    text
}

#[cfg(test)]
mod tests;
