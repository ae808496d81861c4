//! The page of the tolerances is generated from the code.
//!
//! `LIMPID_BLESS=1 cargo test -p limpid-core --test tolerances` rewrites it.

#![cfg(test)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use limpid_core::limits::Lenient;

fn page() -> String {
    let mut page = "# Tolerances\n\n\
        A *tolerance* permits violations of one rule of HTTP/1.1. Each is one bit of `Lenient`, under a name. A client\n\
        starts with `Lenient::CLIENT`: what most clients read, and what the RFCs recommend reading. Servers, bare\n\
        connections and `limpid parse` start with no tolerances. Each use emits the trace event `LeniencyUsed` with the\n\
        rule, its section of the RFC and the offset of the byte.\n\n\
        `limpid --lenient NAME,...` adds tolerances, and `--strict` removes all of them. If a tolerance would have\n\
        permitted a rejected response, the error message ends with the tolerance's name.\n\n\
        Generated from `core/src/error/lenient.rs`; do not edit by hand. A test compares this page with the code and, when\n\
        run with `LIMPID_BLESS=1`, rewrites it.\n\n\
        | name | in a client by default | what it permits |\n|---|---|---|\n"
        .to_owned();
    for ((name, tolerance), description) in Lenient::NAMED.iter().zip(Lenient::DESCRIPTIONS) {
        let is_on = if Lenient::CLIENT.allows(*tolerance) { "yes" } else { "" };
        writeln!(page, "| `{name}` | {is_on} | {} |", description.trim()).unwrap();
    }
    page
}

#[test]
fn page_of_tolerances_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/TOLERANCES.md");
    if std::env::var_os("LIMPID_BLESS").is_some() {
        fs::write(&path, page()).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap(), page(), "set LIMPID_BLESS=1 to write it anew");
}
