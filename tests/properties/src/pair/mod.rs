//! limpid's client against its server, with any pieces and delays.

mod check;
mod peer;
mod pipeline;
mod plan;
mod wire;

use limpid_core::error::{ErrorClass, PeerError};
use limpid_core::http1::{Role, State};
use limpid_core::internal::transcript::Start;

use self::check::{check_request, check_response};
use self::peer::{Client, Server, WORDS};
use self::plan::Exchange;
use self::wire::Wire;
use crate::input::Input;

/// Both sides carry out a plan of exchanges, or the wire breaks: each reads what the other sent, neither
/// waits for ever, and both agree on the end.
///
/// The bytes of the plan come first; each byte after them is a step of one side or one wire.
///
/// # Panics
/// Panics if the property does not hold.
pub fn pair(data: &[u8]) {
    let mut input = Input::new(data);
    let options = input.byte();
    let plan: Vec<_> = (0..=input.below(4)).map(|_| Exchange::read(&mut input)).collect();
    if options & 3 == 3 {
        return pipeline::run(&plan, input);
    }
    let breaks_after = usize::from(input.number()) % 600;
    let mut pair = Pair {
        client: Client::new(&plan),
        server: Server::new(&plan),
        up: Wire::new((options & 3 == 1).then_some(breaks_after)),
        down: Wire::new((options & 3 == 2).then_some(breaks_after)),
    };
    while !input.is_empty() {
        pair.step(input.byte());
    }
    pair.run_out();
    pair.check(&plan);
}

struct Pair<'p> {
    client: Client<'p>,
    server: Server<'p>,
    /// From the client to the server.
    up: Wire,
    down: Wire,
}

impl Pair<'_> {
    /// Runs one step: three bits choose it, the others its size. Returns whether anything changed.
    fn step(&mut self, choice: u8) -> bool {
        let (n, in_place) = match choice >> 3 {
            31 => (usize::MAX, true),
            n => (usize::from(n) + 1, n & 1 == 1),
        };
        match choice & 7 {
            0 => self.client.speak(),
            1 => self.client.listen(),
            2 => self.server.speak(),
            3 => self.server.listen(),
            4 => self.client.flush(&mut self.up, n),
            5 => self.server.flush(&mut self.down, n),
            6 => self.up.deliver(&mut self.server.connection, n, in_place),
            _ => self.down.deliver(&mut self.client.connection, n, in_place),
        }
    }

    /// Runs all remaining steps.
    fn run_out(&mut self) {
        // Each of a few exchanges has a few dozen steps.
        for _ in 0..1000 {
            let changed = (0..8).filter(|action| self.step(0xf8 | action)).count();
            if changed == 0 {
                return;
            }
        }
        unreachable!("the two sides never come to rest");
    }

    fn check(self, plan: &[Exchange]) {
        let Self { client, server, up, down } = self;
        let is_broken = up.is_broken() || down.is_broken();
        let (asked, answered) = (&server.read.messages, &client.read.messages);
        for (exchange, message) in plan.iter().zip(asked) {
            check_request(exchange, message);
        }
        let mut finals =
            answered.iter().filter(|message| !matches!(message.start, Start::Informational { .. }));
        for (exchange, message) in plan.iter().zip(finals.by_ref()) {
            check_response(exchange, message);
        }
        assert!(finals.next().is_none() && asked.len() <= plan.len());
        for error in [client.error, server.error].into_iter().flatten() {
            check_error(error, is_broken);
        }
        if is_broken {
            return;
        }
        let last = plan.iter().position(|e| e.closes() || e.switches()).unwrap_or(plan.len() - 1);
        // A server with a reusable connection waits for another request, unless the last message closes it.
        let more = usize::from(!plan[last].closes() && !plan[last].switches());
        assert!(client.at == last && (last..=last + more).contains(&server.at), "one side stopped");
        assert!(client.is_over && server.is_over, "one side waits for ever");
        assert!(client.read.unfinished.is_none() && server.read.unfinished.is_none());
        for role in [Role::Client, Role::Server] {
            let (of_client, of_server) =
                (client.connection.state(role), server.connection.state(role));
            assert!(agree(of_client, of_server), "the {role:?} is {of_client:?} and {of_server:?}");
        }
        if plan[last].closes() && !plan[last].switches() {
            let states =
                [client.connection.state(Role::Client), server.connection.state(Role::Server)];
            assert!(states.iter().all(|state| matches!(state, State::MustClose | State::Closed)));
        }
        if plan[last].switches() {
            let left = client.connection.into_switched().map_err(|(error, _)| error);
            assert_eq!(left.as_deref(), Ok(WORDS));
            let left = server.connection.into_switched().map_err(|(error, _)| error);
            assert_eq!(left.as_deref(), Ok(WORDS));
        }
    }
}

/// Returns whether two views of one side are consistent at the end.
const fn agree(one: State, other: State) -> bool {
    use State::{Closed, Done, Idle, MustClose, Switched};
    match (one, other) {
        // Each side determines on its own whether the message was the last.
        (Idle | Done | MustClose | Closed, Idle | Done | MustClose | Closed) => true,
        (one, other) => matches!((one, other), (Switched, Switched)),
    }
}

/// Checks that an error of the peer is a broken wire.
fn check_error(error: PeerError, is_broken: bool) {
    assert!(is_broken && error.rule.class() == ErrorClass::EndOfStream, "{error}");
}
