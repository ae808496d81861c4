//! Pages of documentation that are written from code. Each test compares a page with what the code
//! says; with `LIMPID_BLESS=1` it rewrites the page.

#![cfg(test)]

use std::fmt::Write;
use std::path::Path;

use limpid_core::http1::{Role, State};
use limpid_core::internal::write_reference;
use limpid_core::internal::{Transition, after};

/// Compares `docs/{name}` with `written`, or rewrites it.
fn is_current(name: &str, written: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    if std::env::var_os("LIMPID_BLESS").is_some_and(|bless| bless == "1") {
        std::fs::write(&path, written).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        kept == written,
        "docs/{name} is not what the code says; LIMPID_BLESS=1 cargo test -p limpid-core rewrites it"
    );
}

#[test]
fn the_page_of_events_is_current() {
    let mut page = String::new();
    write_reference(&mut page).unwrap();
    is_current("EVENTS.md", &page);
}

#[test]
fn the_page_of_states_is_current() {
    let mut page = String::from(STATES);
    for (role, name) in [(Role::Client, "The client"), (Role::Server, "The server")] {
        writeln!(page, "\n## {name}\n").unwrap();
        write_diagram(role, &mut page);
        page.push('\n');
        write_table(role, &mut page);
    }
    page.push_str(FOLLOWING);
    is_current("STATES.md", &page);
}

const STATES: &str = "\
# States of a connection

Written from the table `after` in `core/src/http1/state.rs`; do not edit by hand. A test compares this
page with the table and, when run with `LIMPID_BLESS=1`, rewrites it.

A connection keeps the state of both sides, whichever it plays. What a side does on the wire moves it as
its table says. An act that the table does not have is refused: our own with a `MisuseError` that names
both states, the peer's with a `PeerError`.
";

const FOLLOWING: &str = "
## What follows

Some moves follow from what the other side does, or from what both have said:

| when | then |
|---|---|
| the client sends a request | an idle server must answer |
| the client asked for a tunnel or an upgrade, and is done | it might switch |
| the server switches, and the client might switch | the client has switched |
| the server answers otherwise, and the client might switch | the client is done |
| a side is done, and one of both has said that the connection ends | it must close |
| the client has closed, and the server is idle or done | the server must close |
| the client has failed, and the server is done | the server must close |
| the server has closed or failed, and the client is idle or done | the client must close |
| both are done, and another exchange begins | both are idle |
";

fn write_diagram(role: Role, page: &mut String) {
    page.push_str("```mermaid\nstateDiagram-v2\n    [*] --> Idle\n");
    for state in State::ALL {
        for act in Transition::ALL {
            // A breach of the rules fails a side wherever it stands; the table has that.
            if let Some(next) = after(role, state, act)
                && act != Transition::Fail
            {
                writeln!(page, "    {state:?} --> {next:?}: {act:?}").unwrap();
            }
        }
    }
    page.push_str("```\n");
}

fn write_table(role: Role, page: &mut String) {
    page.push_str("| from |");
    for act in Transition::ALL {
        write!(page, " {act:?} |").unwrap();
    }
    page.push_str("\n|---|");
    page.push_str(&"---|".repeat(Transition::ALL.len()));
    page.push('\n');
    for state in State::ALL {
        write!(page, "| {state:?} |").unwrap();
        for act in Transition::ALL {
            match after(role, state, act) {
                Some(next) => write!(page, " {next:?} |").unwrap(),
                None => page.push_str(" |"),
            }
        }
        page.push('\n');
    }
}
