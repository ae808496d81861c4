//! Two requests with a pause at whose end the server closes the idle connection.

use std::thread;
use std::time::Duration;

use limpid_tests::real::INDEX;
use limpid_tests::script::{Step, send};
use limpid_tests::server::Server;

use crate::clients::{CLIENTS, Client, Outcome};
use crate::site::Site;

/// The number of trials of each client.
const TRIALS: usize = 20;

/// How long the servers keep an idle connection.
const IDLE: Duration = Duration::from_secs(1);

/// The first step, and the least, by which a pause differs from the one before it.
const STEPS: [Duration; 2] = [Duration::from_millis(64), Duration::from_micros(250)];

/// Looks for the pause at which the server closes, so that the second request meets the close, and checks
/// that no request fails.
pub(crate) fn check(site: &Site) {
    let trials = CLIENTS.map(|client| {
        let site = *site;
        thread::spawn(move || try_out(client, &site))
    });
    let failures: Vec<_> = trials.into_iter().map(|trial| trial.join().unwrap()).collect();
    let shown = CLIENTS
        .iter()
        .zip(&failures)
        .map(|(client, failures)| format!("{client:?} {} of {TRIALS} failed", failures.len()));
    println!("{}: idle: {}", site.name, shown.collect::<Vec<_>>().join("; "));
    let failures = failures.concat();
    assert!(failures.is_empty(), "{}: {}", site.name, failures.join("\n"));
}

/// Returns the failures.
fn try_out(client: Client, site: &Site) -> Vec<String> {
    let (mut pause, [mut step, least]) = (IDLE, STEPS);
    let mut was_open = None;
    let mut failures = Vec::new();
    for _ in 0..TRIALS {
        let outcome = pair(client, site, pause);
        let is_open = outcome.connects.last() == Some(&0);
        if was_open.replace(is_open).is_some_and(|was_open| was_open != is_open) {
            step = (step / 2).max(least);
        }
        pause = if is_open { pause + step } else { pause.saturating_sub(step) };
        if !is_whole(&outcome) {
            failures.push(format!("{client:?}: {outcome}: {}", outcome.error()));
        }
    }
    failures
}

/// Requests the server twice, and between the two another server, which responds after the pause.
fn pair(client: Client, site: &Site, pause: Duration) -> Outcome {
    let response = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let other = vec![Step::ReadRequest, Step::Sleep(pause), send(response), Step::Close];
    let other = Server::tcp(vec![other]).unwrap();
    let (arguments, url) = site.reach(site.port, "/hello");
    let urls = [url.clone(), format!("http://localhost:{}/", other.port()), url];
    client.request(&arguments, &urls)
}

fn is_whole(outcome: &Outcome) -> bool {
    let is_page = |index: usize| outcome.bodies[index] == INDEX.as_bytes();
    outcome.code == 0 && outcome.statuses == [200; 3] && is_page(0) && is_page(2)
}
