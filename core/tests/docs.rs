//! Pages of documentation that are generated from code. Each test compares a page with the code; with
//! `LIMPID_BLESS=1` it rewrites the page.

#![cfg(test)]

use std::fmt::Write;
use std::path::Path;

use limpid_core::http1::{Role, State};
use limpid_core::internal::write_reference;
use limpid_core::internal::{Transition, after};

/// Compares `docs/{name}` with `written`, and rewrites it first if `LIMPID_BLESS` is 1.
fn is_current(name: &str, written: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    if std::env::var_os("LIMPID_BLESS").is_some_and(|bless| bless == "1") {
        std::fs::write(&path, written).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        kept == written,
        "docs/{name} differs from the code; LIMPID_BLESS=1 cargo test -p limpid-core rewrites it"
    );
}

#[test]
fn events_page_is_current() {
    let mut page = String::new();
    write_reference(&mut page).unwrap();
    is_current("EVENTS.md", &page);
}

#[test]
fn states_page_is_current() {
    let mut page = String::from(STATES);
    for (role, name) in [(Role::Client, "The client"), (Role::Server, "The server")] {
        writeln!(page, "\n## {name}\n").unwrap();
        write_diagram(role, &mut page);
        page.push('\n');
        write_table(role, &mut page);
    }
    is_current("STATES.md", &page);
}

const STATES: &str = "\
# States of a connection

Generated from the function `after` in `core/src/http1/state.rs`; do not edit by hand. A test compares this
page with the function and, when run with `LIMPID_BLESS=1`, rewrites it.

A connection keeps two states, one for each side: the client and the server. A *transition* is a part of a message, the
end of a direction, or a failure. It changes the state of the side that sends it, as the table of that side shows. A
transition that the table does not have is an error: a `MisuseError` with both states for this side, a `PeerError` for
the peer.

| state | meaning |
|---|---|
| `Idle` | before the head of its message |
| `Answer` | the head of a request has arrived, and the server has not sent the head of a final response |
| `Body` | between the head and the end of its message |
| `Done` | its message is complete |
| `MustClose` | the side sends no further message; it can only close |
| `Closed` | the side has closed its direction of the connection |
| `MightSwitch` | the client has requested a tunnel or another protocol, and waits for the response |
| `Switched` | the side has left HTTP/1.1, for a tunnel or another protocol |
| `Failed` | the side broke a rule; its bytes are not read any more |

Some transitions of one side have consequences for the state of the other side, or of both:

| condition | resulting state |
|---|---|
| the client sends the head of a request | the server is in `Answer` |
| the client requested a tunnel or an upgrade, and is in `Done` | the client is in `MightSwitch` |
| the server switches, and the client is in `MightSwitch` or `Closed` | the client is in `Switched` |
| the server sends any other final response, and the client is in `MightSwitch` | the client is in `Done` |
| a side is in `Done`, and a side announced the end of the connection | that side is in `MustClose` |
| the client is in `Closed`, and the server is in `Idle` or `Done` | the server is in `MustClose` |
| the client is in `Failed`, and the server is in `Done` | the server is in `MustClose` |
| the server is in `Closed` or `Failed`, and the client is in `Idle` or `Done` | the client is in `MustClose` |
| both sides are in `Done`, and another exchange begins | both sides are in `Idle` |

A diagram shows the transitions of one side except `Fail`. It has no arrow to a state that only a consequence leads
to.
";

fn write_diagram(role: Role, page: &mut String) {
    page.push_str("```mermaid\nstateDiagram-v2\n    [*] --> Idle\n");
    for state in State::ALL {
        for act in Transition::ALL {
            // `Fail` is possible in every state and is only in the table.
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
