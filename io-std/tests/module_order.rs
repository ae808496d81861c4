//! Checks that no module imports one above it.

#![cfg(test)]

#[test]
fn modules_import_only_modules_below_them() {
    let order = [
        "signal",
        "channel",
        "body",
        "multipart",
        "deadline",
        "resolve",
        "transport",
        "wait",
        "socket",
        "system_socket",
        "connect",
        "network",
        "stream",
        "dials",
        "upgraded",
        "driver",
        "response",
        "client",
        "server",
    ];
    limpid_module_order::check(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), &order).unwrap();
}
