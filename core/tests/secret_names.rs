//! Names that a program adds to the secret ones, and removes from them. They hold for the whole process, so this is
//! a process of its own.

#![cfg(test)]

use limpid_core::trace::{Capture, SecretNames};

#[test]
fn installed_names_change_what_is_hidden() {
    let names =
        SecretNames::new().hide("X-Customer").hide("*-badge").show("state").show("X-Open-Key");
    names.install().unwrap();
    let field = |name: &str| Capture::Default.field(name.as_bytes(), b"tiger").into_owned();
    for name in ["x-customer", "X_CUSTOMER", "My-Badge", "X-Other-Key", "Cookie"] {
        assert_eq!(field(name), b"[secure]", "{name}");
    }
    for name in ["X-Open-Key", "x-open-key", "X-Customers", "Badge-Of"] {
        assert_eq!(field(name), b"tiger", "{name}");
    }
    assert_eq!(
        Capture::Default.url("/?x%2Dcustomer=1&my_badge[]=2&state=3&code=4"),
        "/?x%2Dcustomer=[secure]&my_badge[]=[secure]&state=3&code=[secure]"
    );
    assert!(SecretNames::new().install().is_err());
}
