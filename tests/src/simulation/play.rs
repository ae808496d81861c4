//! Playing a run, and checking its result.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use limpid_core::time::{Mono, Timeouts};
use limpid_core::trace::Capture;
use limpid_io::{ClientBuilder, PoolLimits, RetryPolicy, Settings};
use limpid_sinks::EventList;
use rustls::ClientConfig;

use super::plan::{Asked, Client, Plan, SWITCHED, Server};
use super::problem::Problem;
use super::requests::{Came, ask};
use super::serving::Service;
use super::tls;
use crate::ledger::Ledger;
use crate::recorded::Recorded;
use limpid_test::sim::{self, Listening, Net, Stopping, World};

/// Longer than any run in which no deadline is missing.
const PATIENCE: Duration = Duration::from_secs(3600);

/// How long a handler that does not check for disconnects may run, until the client sees its end.
const UNHURRIED: Duration = Duration::from_secs(12);

/// Plays a run.
///
/// # Errors
/// Returns the problems of the client, the server, or this simulation.
pub fn run(plan: &Plan) -> Result<(), Vec<Problem>> {
    play(plan, None)
}

/// Plays a run, records the client, and replays the recording.
///
/// # Errors
/// Returns the problems of the run, and whether the events of the replay are others.
pub fn run_recorded(plan: &Plan) -> Result<(), Vec<Problem>> {
    play_recorded(plan, Capture::Everything)
}

fn play_recorded(plan: &Plan, capture: Capture) -> Result<(), Vec<Problem>> {
    let start =
        || Recorded::start_as(capture).map_err(|error| vec![Problem::Replay(error.to_string())]);
    // Connections of both sides have the same numbers.
    let (client, server) = (start()?, start()?);
    let (of_client, of_server) = (EventList::new(), EventList::new());
    let sides = [(&client, of_client.clone()), (&server, of_server.clone())];
    let mut result = play(plan, Some(sides));
    for (recorded, events) in [(client, of_client), (server, of_server)] {
        if let Some(difference) = recorded.difference(&events) {
            let problem = Problem::Replay(difference);
            result = Err(result.err().into_iter().flatten().chain([problem]).collect());
        }
    }
    result
}

/// Plays a run as [`run`] does, and records it without secrets and bodies. What is shown of the events of the replay must be
/// what is shown of those of the run.
///
/// # Errors
/// Returns the problems of the run, and whether the events of the replay are others.
pub fn run_redacted(plan: &Plan) -> Result<(), Vec<Problem>> {
    play_recorded(plan, Capture::Default)
}

fn play(plan: &Plan, recorded: Option<[(&Recorded, EventList); 2]>) -> Result<(), Vec<Problem>> {
    let stage = Stage::set(plan, recorded);
    let mut problems = Vec::new();
    match stage.net.world().run(stage.requests(plan)) {
        Ok(found) => problems.extend(found),
        Err(_) => problems.push(Problem::Hang),
    }
    problems.extend(stage.end(plan));
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// The client and the server of a run.
struct Stage {
    net: Net,
    client: sim::Client,
    origin: String,
    service: Rc<Service<(Arc<Ledger>, Option<EventList>)>>,
    /// The number of open connections of the server.
    open: Rc<RefCell<usize>>,
    ledger: Arc<Ledger>,
}

impl Stage {
    fn set(plan: &Plan, recorded: Option<[(&Recorded, EventList); 2]>) -> Self {
        let net = Net::new(World::default(), plan.faults.clone());
        let port = net.free_port();
        let place = format!("127.0.0.1:{port}");
        net.listen(place.clone(), Listening::Open);
        let scheme = if plan.secure { "https" } else { "http" };

        let (trust, tls) = if plan.secure { tls::pair() } else { None }.unzip();

        let ledger = Arc::new(Ledger::of_client());
        let mut settings = settings(plan, trust, Arc::clone(&ledger));
        let (client, server) = recorded.map(|[client, server]| (client, server)).unzip();
        if let Some((recorded, events)) = client {
            settings.recorder = Some(recorded.recorder());
            settings.sink = Some(Arc::new((Arc::clone(&ledger), events)));
        }
        let client = sim::Client::new(&net, settings);

        let asked = plan.tasks.iter().flatten().map(|asked| (asked.number, asked.clone()));
        let service = Rc::new(Service {
            net: net.clone(),
            options: Arc::new(limpid_core::server::Options::with(|options| {
                options.secure = tls.is_some();
                options.half_close = plan.half_close;
            })),
            tls,
            recorder: server.as_ref().map(|(recorded, _)| recorded.recorder()),
            sink: (Arc::new(Ledger::of_server()), server.map(|(_, events)| events)),
            stop: Stopping::default(),
            asked: asked.collect(),
            problems: RefCell::default(),
            closed: Cell::default(),
            received: RefCell::default(),
            uploaded: RefCell::default(),
            switched: RefCell::default(),
            whole: RefCell::default(),
        });
        let open = Rc::new(RefCell::new(0));
        if let Some((at, grace)) = plan.shutdown {
            net.world().spawn(Rc::clone(&service).shut_down(place.clone(), at, grace));
        }
        net.world().spawn(Rc::clone(&service).accept(place, Rc::clone(&open)));
        Self { net, client, origin: format!("{scheme}://localhost:{port}"), service, open, ledger }
    }

    /// Sends the requests of all tasks, and waits for the last.
    async fn requests(&self, plan: &Plan) -> Vec<Problem> {
        let problems = Rc::new(RefCell::new(Vec::new()));
        let running = Rc::new(RefCell::new(plan.tasks.len()));
        for task in plan.tasks.clone() {
            let (client, origin) = (self.client.clone(), self.origin.clone());
            let (problems, running) = (Rc::clone(&problems), Rc::clone(&running));
            let (total, healthy) = (plan.timeouts.total, plan.is_healthy());
            let uploads = Rc::clone(&self.service);
            self.net.world().spawn(async move {
                for asked in task {
                    let start = client.world().now();
                    let came = ask(&client, &origin, &asked).await;
                    let took = client.world().now().since(start);
                    if let Ok(Came::Whole(_)) = came {
                        uploads.whole.borrow_mut().insert(asked.number);
                    }
                    let uploaded = uploads.uploaded(asked.number);
                    let failed = healthy.then(|| failure(&asked, &came)).flatten();
                    let found = check(&asked, came, took, total, uploaded);
                    problems.borrow_mut().extend(failed.into_iter().chain(found));
                }
                *running.borrow_mut() -= 1;
                client.world().moved();
            });
        }
        self.none_left(&running).await;
        problems.take()
    }

    async fn none_left(&self, count: &RefCell<usize>) {
        poll_fn(|_| if *count.borrow() == 0 { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    /// Waits for the end of the server, and checks the ledgers.
    fn end(self, plan: &Plan) -> Vec<Problem> {
        let Self { net, client, service, open, ledger, .. } = self;
        let most_waiting = client.most_waiting();
        drop(client);
        let world = net.world();
        let patience = world.now() + PATIENCE;
        let closed = poll_fn(|_| if *open.borrow() == 0 { Poll::Ready(()) } else { Poll::Pending });
        let ended = world.run(world.before(Some(patience), closed));
        let mut problems = service.problems.take();
        problems.extend(Problem::of_memory(most_waiting));
        problems.extend(service.repetitions(plan, ledger.resent()));
        if ended != Ok(Some(())) {
            problems.push(Problem::Hang);
        }
        if let Some((at, grace)) = plan.shutdown {
            let after = service.closed.get().since(Mono::default() + at);
            if after > grace + UNHURRIED {
                problems.push(Problem::Open { after });
            }
        }
        if plan.is_healthy() {
            let whole = service.whole.take();
            let switched = service.switched.take().into_iter();
            let heard = switched.filter(|(asked, _)| whole.contains(&asked.number));
            problems.extend(heard.filter_map(cut_off));
        }
        let books = [&ledger, &service.sink.0];
        problems.extend(books.into_iter().flat_map(|book| book.problems()).map(Problem::Spans));
        problems
    }
}

/// Returns the settings of the client.
fn settings(plan: &Plan, trust: Option<Arc<ClientConfig>>, ledger: Arc<Ledger>) -> Settings {
    let Timeouts { pool, connect, read, write, total, rate, rate_time, .. } = plan.timeouts;
    let builder = ClientBuilder::<Settings>::default()
        .pool_timeout(pool)
        .connect_timeout(connect)
        .read_timeout(read)
        .write_timeout(write)
        .timeout(total)
        .minimum_rate(rate, rate_time)
        .resend(plan.resend)
        .retries((plan.retries > 0).then(|| {
            // A seed of its own, so that a run is repeatable.
            RetryPolicy::with(|policy| (policy.most, policy.seed) = (plan.retries, 1))
        }))
        .pool(PoolLimits::with(|limits| limits.connections = plan.connections))
        .sink(ledger);
    match trust {
        Some(trust) => builder.tls_config(trust).build(),
        None => builder.build(),
    }
}

/// Returns the problem of a request that failed in a network without faults, because its connection was
/// unusable.
fn failure(asked: &Asked, came: &Result<Came, Problem>) -> Option<Problem> {
    // The server cuts off a slow client.
    let is_answered =
        !matches!(asked.server, Server::Fail(_)) && !matches!(asked.client, Client::Slow(_));
    match came {
        Ok(Came::Failed(error)) if is_answered && !error.is_timeout() => {
            Some(Problem::Failed { number: asked.number, error: error.to_string() })
        }
        Ok(Came::Stuck) => Some(Problem::Late { number: asked.number, took: SWITCHED }),
        _ => None,
    }
}

/// Returns the problem of a switched connection that received less than its client sent.
fn cut_off((asked, at): (Asked, u64)) -> Option<Problem> {
    (asked.upload != Some(at)).then_some(Problem::Upload { number: asked.number, at })
}

/// Returns the problem of a request's result.
fn check(
    asked: &Asked,
    came: Result<Came, Problem>,
    took: Duration,
    total: Option<Duration>,
    uploaded: Option<u64>,
) -> Option<Problem> {
    let came = match came {
        Err(problem) => return Some(problem),
        Ok(came) => came,
    };
    let number = asked.number;
    // The timeouts apply to HTTP only.
    let switches = asked.server == Server::Switch;
    let is_patient = matches!(asked.client, Client::Slow(_));
    if total.is_some_and(|total| took > total) && !is_patient && !switches {
        return Some(Problem::Late { number, took });
    }
    // The end of an echo of known length comes with its last byte.
    let is_read =
        asked.server == Server::Answer || asked.server == Server::Echo && asked.download_chunked;
    let (Came::Whole(unsent), Some(length)) = (came, asked.upload) else { return None };
    let got = uploaded.unwrap_or(0);
    match unsent {
        // The response to a whole upload comes after it.
        _ if is_read && length != got => Some(Problem::Upload { number, at: got }),
        // The rest of a chunked body is unknown.
        Some(unsent) if !asked.upload_chunked && unsent + got > length => {
            Some(Problem::Unsent { number, unsent, came: got })
        }
        _ => None,
    }
}
