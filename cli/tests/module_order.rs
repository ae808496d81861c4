//! No module imports one above it, and no files import each other.

#![cfg(test)]

#[test]
fn modules_import_only_modules_below_them() {
    let order = [
        "heads",
        "payload",
        "driver",
        "exit",
        "lenient",
        "printable",
        "parse",
        "args",
        "certificate",
        "interrupts",
        "output",
        "report",
        "write_out",
        "collector",
        "progress",
        "trace",
        "recorded",
        "demo",
        "tap",
        "serve",
        "request",
        "replay",
        "show",
    ];
    limpid_module_order::check(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), &order).unwrap();
}
