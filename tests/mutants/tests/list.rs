//! The list of mutants fits the code as it is.

#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use limpid_mutants::mutants;

#[test]
fn every_mutant_fits_its_file() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for mutant in mutants().unwrap() {
        let source = fs::read_to_string(workspace.join(&mutant.file)).unwrap();
        assert_ne!(mutant.apply(&source).unwrap(), source, "{}", mutant.name);
    }
}

#[test]
fn list_has_thirty_mutants_with_unique_names() {
    let mutants = mutants().unwrap();
    let names: BTreeSet<_> = mutants.iter().map(|mutant| &mutant.name).collect();
    assert_eq!(names.len(), mutants.len());
    assert!(names.len() >= 30, "{}", names.len());
}
