//! The golden scenarios over the drivers of this workspace, with checks that the conformance suite leaves to them: the
//! recording of a run is replayed, and its JSON lines match their schema.

use std::future;
use std::io;
use std::path::Path;
use std::process::Command;
use std::str::FromStr;
use std::task::Poll;
use std::thread;

use limpid_core::client::Request;
use limpid_io::Error;
use limpid_sinks::python::{Profile, StreamClass};
use limpid_test::sim::{self, Faults, Net, World};
use limpid_test::suite::{
    self, Host, Pieces, Plan, PlannedBody, PlannedRequest, Played, Printed, Reading, Scenario,
    Stage, command_line,
};

use crate::certificates::Certificates;
use crate::command;
use crate::json_lines;
use crate::recorded::Recorded;

/// A driver of this workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Driver {
    /// `limpid-std`: blocking.
    #[default]
    Std,
    /// `limpid-tokio`: asynchronous, in one thread.
    Tokio,
    /// The simulated network in this process.
    Sim,
}

impl Driver {
    /// Returns its name, which [`FromStr`] parses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Std => "std",
            Self::Tokio => "tokio",
            Self::Sim => "sim",
        }
    }

    /// Sends the requests of a plan. A failed request is passed to `failed`.
    ///
    /// # Errors
    /// The runtime of the driver cannot be created, or its servers are not in this process.
    pub fn send(self, plan: Plan, host: &Host, failed: impl FnMut(Error)) -> io::Result<bool> {
        match (self, host) {
            (Self::Std, _) => blocking(plan, failed),
            (Self::Tokio, _) => asynchronous(plan, failed)?,
            (Self::Sim, Host::Simulated(net)) => return simulated(plan, net),
            (Self::Sim, Host::Loopback) => {
                return Err(io::Error::other("sim is a driver within one process only"));
            }
        }
        Ok(false)
    }
}

impl FromStr for Driver {
    type Err = io::Error;

    fn from_str(text: &str) -> Result<Self, io::Error> {
        let known =
            [Self::Std, Self::Tokio, Self::Sim].into_iter().find(|driver| driver.name() == text);
        known.ok_or_else(|| io::Error::other(format!("{text} is no driver")))
    }
}

impl suite::Driver for Driver {
    fn stream_class(&self) -> StreamClass {
        match self {
            Self::Std | Self::Sim => StreamClass::Sync,
            Self::Tokio => StreamClass::AnyIo,
        }
    }

    fn host(&self) -> Host {
        match self {
            Self::Std | Self::Tokio => Host::Loopback,
            Self::Sim => Host::Simulated(Net::new(World::default(), Faults::default())),
        }
    }

    fn play(&self, plan: Plan, host: &Host) -> io::Result<bool> {
        self.send(plan, host, drop)
    }
}

/// Plays a scenario over a driver: in this process, unless the scenario needs a separate one, which runs
/// `program`, the golden client.
///
/// # Errors
/// The scenario cannot be played, or the process hangs.
pub fn play(
    scenario: &Scenario,
    driver: Driver,
    certificates: &Certificates,
    program: &Path,
) -> io::Result<Played> {
    if scenario.configures_logging() {
        return play_in_process(scenario, driver, certificates, program);
    }
    let recorded = Recorded::start()?;
    let recording = Recording { driver, recorded };
    let mut played = suite::play(scenario, &recording, certificates)?;
    let json = json_lines::of(&played.events.events());
    let problems = played.problems.or(json_lines::read(&json).err());
    played.problems = problems.or_else(|| recording.recorded.difference(&played.events));
    Ok(played)
}

/// A driver whose runs are recorded.
struct Recording {
    driver: Driver,
    recorded: Recorded,
}

impl suite::Driver for Recording {
    fn stream_class(&self) -> StreamClass {
        self.driver.stream_class()
    }

    fn host(&self) -> Host {
        self.driver.host()
    }

    fn play(&self, mut plan: Plan, host: &Host) -> io::Result<bool> {
        plan.settings.recorder = Some(self.recorded.recorder());
        self.driver.play(plan, host)
    }
}

/// Plays a scenario with the golden client.
fn play_in_process(
    scenario: &Scenario,
    driver: Driver,
    certificates: &Certificates,
    program: &Path,
) -> io::Result<Played> {
    let mut played = Played::default();
    for profile in Profile::ALL {
        let stage = Stage::set(scenario, certificates, &Host::Loopback)?;
        let mut command = Command::new(program);
        command.args(["--driver", driver.name(), "--lines", profile.package()]);
        let finished = command::run(command.args(command_line(scenario, &stage)?), &[])?;
        let stdout = stage.normalise(&String::from_utf8_lossy(&finished.stdout));
        let stdout = scenario.recorded.stdout.is_some().then_some(stdout);
        played.printed.push(Printed { stderr: stage.normalise(&finished.stderr), stdout });
        played.problems = played.problems.or(stage.finish().err());
    }
    Ok(played)
}

fn blocking(plan: Plan, mut failed: impl FnMut(Error)) {
    let client = limpid_std::Client::from(plan.settings);
    let send = |planned: PlannedRequest| {
        thread::sleep(planned.delay);
        let mut request = client.request(&planned.method, planned.url);
        for (name, value) in &planned.headers {
            request = request.header(name, value);
        }
        request = match planned.body {
            PlannedBody::None => request,
            PlannedBody::Bytes(bytes) => request.body(bytes),
            PlannedBody::Pieces(pieces) => request.body(limpid_std::Body::reader(pieces, None)),
        };
        let mut body = request.send()?.into_body();
        match planned.read {
            Reading::All => while body.next_piece()?.is_some() {},
            Reading::First => drop(body.next_piece()?),
            Reading::Nothing => {}
        }
        Ok(())
    };
    for planned in plan.requests {
        send(planned).unwrap_or_else(&mut failed);
    }
}

/// Pieces for the asynchronous driver.
struct Sent(Pieces);

impl limpid_tokio::Pieces for Sent {
    fn next(&mut self) -> limpid_tokio::NextPiece<'_> {
        Box::pin(future::ready(self.0.next().transpose()))
    }
}

fn asynchronous(plan: Plan, mut failed: impl FnMut(Error)) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = limpid_tokio::Client::from(plan.settings);
    let send = async |planned: PlannedRequest| {
        tokio::time::sleep(planned.delay).await;
        let mut request = client.request(&planned.method, planned.url);
        for (name, value) in &planned.headers {
            request = request.header(name, value);
        }
        request = match planned.body {
            PlannedBody::None => request,
            PlannedBody::Bytes(bytes) => request.body(bytes),
            PlannedBody::Pieces(pieces) => {
                request.body(limpid_tokio::Body::pieces(Sent(pieces), None))
            }
        };
        let mut response = request.send().await?;
        match planned.read {
            Reading::All => while response.next_piece().await?.is_some() {},
            Reading::First => drop(response.next_piece().await?),
            Reading::Nothing => {}
        }
        Ok(())
    };
    runtime.block_on(async {
        for planned in plan.requests {
            send(planned).await.unwrap_or_else(&mut failed);
        }
    });
    // The connections of its pool are tasks of the runtime.
    runtime.block_on(async move { drop(client) });
    Ok(())
}

fn simulated(plan: Plan, net: &Net) -> io::Result<bool> {
    let client = sim::Client::new(net, plan.settings);
    if let Some(polls) = plan.cancel_at {
        client.stop_after(polls);
    }
    let mut requests = Box::pin(async {
        for planned in plan.requests {
            // The sink receives its failure.
            let _ = send_simulated(&client, planned).await;
        }
    });
    let cancelled = future::poll_fn(|cx| match requests.as_mut().poll(cx) {
        Poll::Pending if !client.has_stopped() => Poll::Pending,
        polled => Poll::Ready(polled.is_pending()),
    });
    net.world().run(cancelled).map_err(io::Error::other)
}

async fn send_simulated(client: &sim::Client, planned: PlannedRequest) -> io::Result<()> {
    client.world().sleep(planned.delay).await;
    let url = planned.url.parse().map_err(io::Error::other)?;
    let mut draft = Request::builder(planned.method.as_bytes(), url);
    for (name, value) in &planned.headers {
        draft = draft.field(name, value);
    }
    let body = match planned.body {
        PlannedBody::None => sim::Body::none(),
        PlannedBody::Bytes(bytes) => sim::Body::bytes(bytes),
        PlannedBody::Pieces(pieces) => sim::Body::pieces(pieces, None),
    };
    let mut response = client.send(draft, body).await.map_err(io::Error::other)?;
    match planned.read {
        Reading::All => while response.next_piece().await.map_err(io::Error::other)?.is_some() {},
        Reading::First => drop(response.next_piece().await.map_err(io::Error::other)?),
        Reading::Nothing => {}
    }
    Ok(())
}
