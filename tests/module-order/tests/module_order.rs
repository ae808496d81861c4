//! No module imports one above it, and no files import each other.

#![cfg(test)]

#[test]
fn modules_import_only_modules_below_them() {
    let order = ["graph", "module", "crate_tree", "reader", "check"];
    limpid_module_order::check(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), &order).unwrap();
}
