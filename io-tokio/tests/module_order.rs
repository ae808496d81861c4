//! Checks that no module imports one above it.

#![cfg(test)]

#[test]
fn modules_import_only_modules_below_them() {
    let order = [
        "attempt",
        "sources",
        "body",
        "body_file",
        "multipart",
        "body_http",
        "timer",
        "transport",
        "socket",
        "connect",
        "resolve",
        "network",
        "stream",
        "dials",
        "timed",
        "upgraded",
        "driver",
        "response_body",
        "response",
        "client",
        "service",
        "server",
    ];
    limpid_module_order::check(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), &order).unwrap();
}
