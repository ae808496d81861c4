//! No module imports one above it, and no files import each other.

#![cfg(test)]

#[test]
fn modules_import_only_modules_below_them() {
    let order = [
        "closing",
        "interrupts",
        "heads",
        "pace",
        "payload",
        "driver",
        "exit",
        "lenient",
        "printable",
        "parse",
        "args",
        "certificate",
        "output",
        "report",
        "write_out",
        "generated",
        "stderr",
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
