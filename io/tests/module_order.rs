//! Checks that no module imports one above it.

#![cfg(test)]

#[test]
fn modules_import_only_modules_below_them() {
    let order = [
        "arguments",
        "parameters",
        "charset",
        "clock",
        "certificate",
        "pem",
        "error",
        "exclusive",
        "files",
        "body_buffer",
        "json",
        "free_list",
        "ids",
        "multipart",
        "informational",
        "lookup_error",
        "lookups",
        "wait_queue",
        "piece_memory",
        "tls",
        "certificate_reader",
        "layers",
        "recording",
        "cookies",
        "settings",
        "request_settings",
        "prepared",
        "content",
        "machine_input",
        "tunnel",
        "builder",
        "builder_proxy",
        "builder_tls",
        "inner",
        "connections",
        "in_flight",
        "pending_request",
        "methods",
        "server",
    ];
    limpid_module_order::check(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), &order).unwrap();
}
