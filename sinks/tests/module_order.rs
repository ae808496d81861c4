//! No module imports one above it, and no files import each other.

#![cfg(test)]

#[test]
fn modules_import_only_modules_below_them() {
    let order = [
        "date",
        "lifecycle",
        "list",
        "output",
        "process",
        "terminal",
        "time_base",
        "hexdump",
        "exchanges",
        "views",
        "python",
        "levels",
        "template",
        "line_writer",
        "lines",
        "curl",
        "plaintext",
        "ascii",
        "pcap",
        "conventions",
        "pooled",
        "metrics",
        "otel",
        "summary",
        "json",
        "channel",
        "event_list",
        "ring",
        "combine",
        "bridge",
        "config",
    ];
    limpid_module_order::check(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), &order).unwrap();
}
