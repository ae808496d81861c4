//! The graph of imports between files, and its cycles.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Where and by which path a file imports another.
#[derive(Clone, Debug)]
pub(crate) struct Import {
    pub(crate) line: usize,
    pub(crate) path: String,
}

/// Files that reach each other.
#[derive(Debug)]
pub(crate) struct Circle {
    /// The number of files.
    pub(crate) files: usize,
    /// A shortest cycle: each file with its import of the next.
    pub(crate) shortest: Vec<(String, Import)>,
}

/// The files of a crate and their imports, each with its first place.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    edges: BTreeMap<String, BTreeMap<String, Import>>,
}

impl Graph {
    pub(crate) fn add(&mut self, from: &str, to: &str, import: Import) {
        if from != to {
            self.edges.entry(from.to_owned()).or_default().entry(to.to_owned()).or_insert(import);
        }
    }

    /// Returns the groups of files that reach each other.
    pub(crate) fn circles(&self) -> Vec<Circle> {
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            self.edges.keys().map(|file| (file.as_str(), self.reached(file))).collect();
        let reaches = |from: &str, to: &str| reached.get(from).is_some_and(|all| all.contains(to));
        let mut circles = Vec::new();
        let mut seen = BTreeSet::new();
        for file in self.edges.keys() {
            if seen.contains(file.as_str()) {
                continue;
            }
            let group: Vec<&str> = self
                .edges
                .keys()
                .map(String::as_str)
                .filter(|other| reaches(file, other) && reaches(other, file))
                .collect();
            seen.extend(group.iter().copied());
            let shortest = group.iter().filter_map(|file| self.circle(file)).min_by_key(Vec::len);
            circles.extend(shortest.map(|shortest| Circle { files: group.len(), shortest }));
        }
        circles
    }

    /// Returns the files that `file` imports, directly or indirectly.
    fn reached(&self, file: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut open = vec![file];
        while let Some(file) = open.pop() {
            for next in self.edges.get(file).into_iter().flat_map(BTreeMap::keys) {
                if reached.insert(next.as_str()) {
                    open.push(next);
                }
            }
        }
        reached
    }

    /// Returns the shortest cycle through `file`.
    fn circle(&self, file: &str) -> Option<Vec<(String, Import)>> {
        let mut open = VecDeque::from([vec![file]]);
        let mut visited = BTreeSet::new();
        while let Some(way) = open.pop_front() {
            let last = way[way.len() - 1];
            for next in self.edges.get(last).into_iter().flat_map(BTreeMap::keys) {
                if next == file {
                    return Some(self.along(&way));
                }
                if visited.insert(next) {
                    open.push_back([way.as_slice(), &[next]].concat());
                }
            }
        }
        None
    }

    fn along(&self, way: &[&str]) -> Vec<(String, Import)> {
        let next = way.iter().cycle().skip(1);
        way.iter()
            .zip(next)
            .map(|(from, to)| ((*from).to_owned(), self.edges[*from][*to].clone()))
            .collect()
    }
}
