//! Checks that no module imports one above it.

#![cfg(test)]

#[test]
fn modules_import_only_modules_below_them() {
    let order = [
        "message",
        "script",
        "wire",
        "stream",
        "relay",
        "peer",
        "scripted_client",
        "scripts",
        "received",
        "reply",
        "recorded",
        "mock",
        "service",
        "server",
        "mock_server",
        "memory",
        "response",
        "sim",
        "suite",
        "assert",
    ];
    limpid_module_order::check(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), &order).unwrap();
}
