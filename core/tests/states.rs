//! A walk through all reachable states of a connection, with every call in each of them. A call either
//! makes the transition of the table, or returns an error with both states and has no effect.

#![cfg(test)]

use std::collections::BTreeSet;

use limpid_core::error::{Call, Misuse, MisuseError};
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::http1::{BodySize, Connection, NotReusable, Role, State};
use limpid_core::internal::{Transition, after};
use limpid_core::trace::{Cx, NoSink, Scope};

/// The calls, with arguments that are valid if the state allows the call.
const CALLS: [(&str, Call, Transition); 9] = [
    ("request", Call::SendRequest, Transition::Request),
    ("request with a body", Call::SendRequest, Transition::Request),
    ("request to switch", Call::SendRequest, Transition::Request),
    ("request that closes", Call::SendRequest, Transition::Request),
    ("inform", Call::SendInformational, Transition::Informational),
    ("respond", Call::SendResponse, Transition::Response),
    ("switch", Call::SendResponse, Transition::Switch),
    ("data", Call::SendData, Transition::Data),
    ("finish", Call::Finish, Transition::End),
];

/// What the peer may send.
const REQUESTS: [&str; 7] = [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n",
    "x",
    "\0",
];
const RESPONSES: [&str; 7] = [
    "HTTP/1.1 204 X\r\n\r\n",
    "HTTP/1.1 204 X\r\nConnection: close\r\n\r\n",
    "HTTP/1.1 101 X\r\n\r\n",
    "HTTP/1.1 100 X\r\n\r\n",
    "HTTP/1.1 200 X\r\nContent-Length: 1\r\n\r\n",
    "x",
    "\0",
];

fn call(connection: &mut Connection, name: &str) -> Result<(), MisuseError> {
    let mut scope = Scope::default();
    let mut cx = Cx::new(Default::default(), &NoSink, &mut scope);
    let request = |connection: &mut Connection, cx: &mut _, more: &[(&[u8], &[u8])], size| {
        let mut fields = FieldBlock::new();
        fields.push(b"Host", b"a");
        fields.extend(more.iter().copied());
        connection.send_request(cx, b"POST", b"/", fields.fields(), size)
    };
    match name {
        "request" => request(connection, &mut cx, &[], BodySize::None),
        "request with a body" => request(connection, &mut cx, &[], BodySize::Unknown),
        "request to switch" => {
            let fields: [(&[u8], &[u8]); 2] = [(b"Connection", b"upgrade"), (b"Upgrade", b"x")];
            request(connection, &mut cx, &fields, BodySize::None)
        }
        "request that closes" => {
            request(connection, &mut cx, &[(b"Connection", b"close")], BodySize::None)
        }
        "inform" => connection.send_informational(&mut cx, 100, b"X", Fields::EMPTY),
        "respond" => connection.send_response(&mut cx, 404, b"X", Fields::EMPTY, BodySize::Unknown),
        "switch" => connection.send_response(&mut cx, 101, b"X", Fields::EMPTY, BodySize::None),
        "data" => connection.send_data(&mut cx, "x".into()),
        _ => connection.finish(&mut cx, Fields::EMPTY),
    }
}

/// Receives bytes of the peer, or its end, and reads all events.
fn receive(connection: &mut Connection, bytes: Option<&str>) {
    let mut scope = Scope::default();
    let mut cx = Cx::new(Default::default(), &NoSink, &mut scope);
    match bytes {
        Some(bytes) => connection.push(bytes.as_bytes()),
        None => connection.eof(),
    }
    for _ in 0..20 {
        use limpid_core::http1::Next;
        match connection.next(&mut cx) {
            Ok(Next::Event(_)) => {}
            _ => return,
        }
    }
    panic!("reading does not end");
}

type Place = (State, State, Result<(), NotReusable>, String);

fn states(connection: &Connection) -> (State, State) {
    (connection.state(Role::Client), connection.state(Role::Server))
}

/// Returns the states, and what else determines the behaviour of a connection: the request, and unread bytes.
fn place(connection: &Connection, asked: &str) -> Place {
    let (client, server) = states(connection);
    (client, server, connection.reuse(), format!("{asked} {}", connection.unread().len().min(1)))
}

/// Returns the states that the side may have after a transition to `next` and its consequences.
fn possible_consequences(next: State) -> &'static [State] {
    use State::{Done, MightSwitch, MustClose, Switched};
    match next {
        Done => &[Done, MustClose, MightSwitch, Switched],
        Switched => &[Switched],
        _ => &[],
    }
}

/// Makes one call and checks its result. Returns whether the call succeeded.
fn check_call(
    role: Role,
    before: &Connection,
    after_it: &mut Connection,
    (name, kind, act): (&str, Call, Transition),
) -> bool {
    let (client, server) = states(before);
    let planned = after(role, before.state(role), act);
    let result = call(after_it, name);
    let shown = format!("{role:?} {name}: the client is {client:?}, the server is {server:?}");
    match result {
        Ok(()) => {
            let planned = planned
                .unwrap_or_else(|| panic!("the table does not have this transition: {shown}"));
            let now = after_it.state(role);
            assert!(
                now == planned || possible_consequences(planned).contains(&now),
                "{now:?}: {shown}"
            );
            true
        }
        Err(error) => {
            assert_eq!((error.call, error.client, error.server), (kind, client, server), "{shown}");
            assert_eq!(states(after_it), (client, server), "{shown}");
            assert_eq!(after_it.out_len(), before.out_len(), "nothing is written: {shown}");
            if error.misuse == Misuse::State {
                let text = error.to_string();
                assert!(
                    text.ends_with(&format!("the client is {client:?}, the server is {server:?}")),
                    "{text}"
                );
                assert!(planned.is_none(), "the table has this transition: {shown}");
            }
            false
        }
    }
}

/// Walks through every state that can be reached from a new connection.
fn walk(role: Role) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut ahead = vec![(Connection::new(role, Default::default()), String::new())];
    while let Some((connection, asked)) = ahead.pop() {
        if !seen.insert(format!("{:?}", place(&connection, &asked))) {
            continue;
        }
        assert!(seen.len() < 2_000, "a connection has fewer states");
        for step in CALLS {
            let mut next = connection.clone();
            if check_call(role, &connection, &mut next, step) {
                let asks = step.1 == Call::SendRequest;
                next.sent(next.out_len());
                ahead.push((next, if asks { step.0.to_owned() } else { asked.clone() }));
            }
        }
        let mut again = connection.clone();
        match again.restart() {
            Ok(()) => {
                assert_eq!(connection.reuse(), Ok(()));
                assert_eq!(states(&again), (State::Idle, State::Idle));
                ahead.push((again, String::new()));
            }
            Err(error) => {
                assert!(connection.reuse().is_err());
                assert_eq!((error.client, error.server), states(&connection));
            }
        }
        let switched = states(&connection) == (State::Switched, State::Switched);
        assert_eq!(connection.clone().into_switched().is_ok(), switched);
        let messages = if role == Role::Client { RESPONSES } else { REQUESTS };
        for bytes in messages.iter().map(|bytes| Some(*bytes)).chain([None]) {
            let mut next = connection.clone();
            let was = next.state(role.peer());
            receive(&mut next, bytes);
            let asks = role == Role::Server && was == State::Idle;
            let asked = bytes.filter(|_| asks).map_or_else(|| asked.clone(), str::to_owned);
            ahead.push((next, asked));
        }
    }
    seen
}

#[test]
fn client_calls_follow_the_state_table() {
    assert!(walk(Role::Client).len() > 50);
}

#[test]
fn server_calls_follow_the_state_table() {
    assert!(walk(Role::Server).len() > 50);
}

#[test]
fn every_state_is_reached() {
    let all =
        [walk(Role::Client), walk(Role::Server)].map(|seen| seen.into_iter().collect::<String>());
    for state in State::ALL {
        assert!(all.iter().any(|seen| seen.contains(&format!("{state:?}"))), "{state:?}");
    }
}
