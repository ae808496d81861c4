//! Names of loggers and their ancestors.

use std::iter;

/// The name of the root logger.
pub(super) const ROOT: &str = "";

/// Returns the names of a logger and its ancestors, up to the root.
pub(super) fn lineage(name: &str) -> impl Iterator<Item = &str> {
    iter::successors(Some(name), |name| match *name {
        ROOT => None,
        name => Some(name.rsplit_once('.').map_or(ROOT, |(parent, _)| parent)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lineage_follows_the_dots() {
        assert_eq!(lineage("a.b.c").collect::<Vec<_>>(), ["a.b.c", "a.b", "a", ""]);
        assert_eq!(lineage("").count(), 1);
    }
}
