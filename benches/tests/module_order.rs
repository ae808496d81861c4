//! No module imports one above it, and no files import each other.

#![cfg(test)]

#[test]
fn modules_import_only_modules_below_them() {
    let order = [
        "failure",
        "machine",
        "messages",
        "job",
        "responder",
        "measure",
        "drive",
        "subject",
        "program",
        "callgrind",
        "load",
        "strace",
        "works",
        "gates",
    ];
    limpid_module_order::check(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), &order).unwrap();
}

#[test]
fn modules_of_the_peers_import_only_modules_below_them() {
    let order = ["options", "page", "peers", "tls", "case", "run", "numbers", "table", "goals"];
    limpid_module_order::check(concat!(env!("CARGO_MANIFEST_DIR"), "/peers/src"), &order).unwrap();
}
