//! The page of the tolerances is made from the code.
//!
//! `LIMPID_BLESS=1 cargo test -p limpid-core --test tolerances` writes it anew.

#![cfg(test)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use limpid_core::limits::Lenient;

fn page() -> String {
    let mut page = "# Tolerances\n\n\
        Rules that a peer may break, each under its name. A client starts with `Lenient::CLIENT`: what most clients\n\
        read, and what the RFCs recommend reading. Servers, bare connections and `limpid parse` start with none. Each use\n\
        emits the event `LeniencyUsed` with the rule, its section and the byte. The command reads more with\n\
        `--lenient NAME,...` and nothing of this with `--strict`; a refusal ends with the name that would read it.\n\n\
        This page is generated from the source; `core/tests/tolerances.rs` says how.\n\n\
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
