//! No module imports one above it, and no files import each other.

#![cfg(test)]

#[test]
fn modules_import_only_modules_below_them() {
    let order = [
        "input",
        "url_model",
        "coding",
        "message",
        "notes",
        "setup",
        "target",
        "chunked",
        "fields",
        "head_cache",
        "pair",
        "response_cache",
        "round_trip",
        "split_invariance",
        "parse",
        "differential",
        "line_sink",
        "mask",
        "recording",
    ];
    limpid_module_order::check(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), &order).unwrap();
}
