//! The same requests to each server.

use std::iter::repeat_n;
use std::process::Command;

use limpid_tests::command::run;
use limpid_tests::directory::Directory;
use limpid_tests::real::counter::Counter;
use limpid_tests::real::{INDEX, large};

use crate::clients::{CLIENTS, Client, Outcome};
use crate::site::Site;

/// The size of a body that fits into the buffers of a connection.
const SMALL: usize = 10_000;

/// How often a response before the end of the body is requested: its end races with that of the response.
const REFUSALS: usize = 4;

/// Requests to one path in sequence, and what is expected.
struct Scenario {
    name: &'static str,
    path: &'static str,
    /// The number of requests.
    count: usize,
    arguments: Vec<String>,
    status: u16,
    /// The body; of a refusal, any.
    body: Option<Vec<u8>>,
}

impl Scenario {
    fn get(name: &'static str, path: &'static str, body: &[u8]) -> Self {
        let body = Some(body.to_vec());
        Self { name, path, count: 2, arguments: Vec::new(), status: 200, body }
    }

    /// Sends the data, whose digest is the response.
    fn digest(name: &'static str, data: &Data, fields: &[&str]) -> Self {
        let body = format!("{}\n", data.digest).into_bytes();
        Self { arguments: data.arguments(fields), ..Self::get(name, "/digest", &body) }
    }

    /// Sends the content, which is received while it is being sent.
    fn echo(name: &'static str, data: &Data, content: &[u8], fields: &[&str]) -> Self {
        Self { arguments: data.arguments(fields), ..Self::get(name, "/echo", content) }
    }

    /// Sends the data, which is refused before all of it is read.
    fn refused(name: &'static str, data: &Data, fields: &[&str]) -> Self {
        Self {
            arguments: data.arguments(fields),
            status: 413,
            body: None,
            count: REFUSALS,
            ..Self::get(name, "/refused", b"")
        }
    }

    fn requests(&self, client: Client, site: &Site) -> (Outcome, usize) {
        let counter = Counter::start(site.port).unwrap();
        let (mut arguments, url) = site.reach(counter.port, self.path);
        arguments.extend_from_slice(&self.arguments);
        if self.is_head() {
            // With another option, curl waits for a body.
            let head: &[&str] = if client == Client::Curl { &["-I"] } else { &["-X", "HEAD"] };
            arguments.extend(head.iter().map(|&option| option.to_owned()));
        }
        let urls: Vec<_> = repeat_n(url, self.count).collect();
        let mut outcome = client.request(&arguments, &urls);
        if self.is_head() && client == Client::Curl {
            // curl writes the heads there.
            outcome.bodies.iter_mut().for_each(Vec::clear);
        }
        (outcome, counter.accepted())
    }

    fn is_head(&self) -> bool {
        self.name == "HEAD"
    }

    const fn is_refusal(&self) -> bool {
        self.body.is_none()
    }

    fn is_expected(&self, outcome: &Outcome) -> bool {
        outcome.code == 0
            && outcome.statuses.len() == self.count
            && outcome.statuses.iter().all(|&status| status == self.status)
            && outcome.bodies.iter().all(|body| self.body.as_ref().is_none_or(|sent| sent == body))
    }
}

/// A body to send.
struct Data {
    directory: Directory,
    digest: String,
}

impl Data {
    fn new(content: &[u8]) -> Self {
        let directory = Directory::new().unwrap();
        let file = directory.write("data", content).unwrap();
        let summed = run(Command::new("sha256sum").arg(file), b"").unwrap();
        let digest = String::from_utf8(summed.stdout).unwrap();
        Self { directory, digest: digest.split(' ').next().unwrap().to_owned() }
    }

    fn arguments(&self, fields: &[&str]) -> Vec<String> {
        let fields = fields.iter().flat_map(|field| ["-H", field].map(str::to_owned));
        let file = self.directory.file("data");
        fields.chain(["--data-binary".to_owned(), format!("@{}", file.display())]).collect()
    }
}

/// Plays every scenario that the server has, over each client, and checks that limpid's outcome is that of
/// curl.
pub(crate) fn check(site: &Site) {
    let (small, large_data) = (Data::new(&large()[..SMALL]), Data::new(large()));
    let (chunked, expect) = ("Transfer-Encoding: chunked", "Expect: 100-continue");
    let mut scenarios = vec![
        Scenario::get("GET", "/hello", INDEX.as_bytes()),
        Scenario { status: site.head_status, ..Scenario::get("HEAD", "/hello", b"") },
        Scenario::get("50 MB down", "/large", large()),
    ];
    if site.reads_bodies {
        scenarios.extend([
            Scenario::digest("POST", &small, &[]),
            Scenario::digest("chunked", &small, &[chunked]),
            Scenario::digest("expect", &small, &[expect]),
            Scenario::digest("expect chunked", &small, &[expect, chunked]),
            Scenario::digest("50 MB up", &large_data, &[]),
            Scenario::digest("50 MB chunked", &large_data, &[chunked]),
            Scenario::refused("refused", &small, &[]),
            Scenario::refused("refused expect", &large_data, &[expect]),
            Scenario::refused("refused 50 MB", &large_data, &[]),
            Scenario::refused("refused chunked", &large_data, &[chunked]),
        ]);
    }
    if site.echoes {
        scenarios.extend([
            Scenario::echo("50 MB echoed", &large_data, large(), &[]),
            Scenario::echo("50 MB echoed chunked", &large_data, large(), &[chunked]),
        ]);
    }
    let problems: Vec<_> = scenarios.iter().flat_map(|scenario| play(scenario, site)).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Plays a scenario, prints the outcomes, and returns the problems.
fn play(scenario: &Scenario, site: &Site) -> Vec<String> {
    let played = CLIENTS.map(|client| (client, scenario.requests(client, site)));
    let shown = played
        .each_ref()
        .map(|(client, (outcome, connections))| format!("{client:?} {outcome} over {connections}"));
    let name = format!("{}: {}", site.name, scenario.name);
    println!("{name}: {}", shown.join("; "));
    let mut problems = Vec::new();
    let [limpid @ .., (_, curl)] = &played;
    // curl does not read every refusal that comes while it sends.
    let is_fair = scenario.is_refusal() || scenario.is_expected(&curl.0);
    if !is_fair {
        problems.push(format!("{name}: Curl: not as expected: {}", curl.0.error()));
    }
    for (client, (outcome, connections)) in limpid {
        let mut tell = |what: &str| {
            problems.push(format!("{name}: {client:?}: {what}: {}", outcome.error()));
        };
        if !scenario.is_expected(outcome) {
            tell("not as expected");
        } else if !scenario.is_refusal() && *connections > curl.1 {
            // Whether a refusal ends a connection depends on how much of the body was there.
            tell("more connections than curl");
        } else if scenario.is_expected(&curl.0) && undated(outcome) != undated(&curl.0) {
            tell("another body than curl");
        }
    }
    problems
}

/// Returns the bodies without digits: pages of a refusal contain dates and numbers of the request.
fn undated(outcome: &Outcome) -> Vec<Vec<u8>> {
    let undated = |body: &Vec<u8>| body.iter().copied().filter(|b| !b.is_ascii_digit()).collect();
    outcome.bodies.iter().map(undated).collect()
}
