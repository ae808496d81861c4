//! No module imports one above it, and no files import each other.

#![cfg(test)]

#[test]
fn modules_import_only_modules_below_them() {
    let order = [
        "coded",
        "command",
        "conformance",
        "json_lines",
        "recorded",
        "documented",
        "real",
        "tls",
        "tls_tests",
        "golden",
        "simulation",
    ];
    limpid_module_order::check(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), &order).unwrap();
}
