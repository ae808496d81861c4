//! Sending a client's requests over each driver.

use std::future::poll_fn;
use std::io;
use std::task::Poll;
use std::thread;

use limpid_core::client::Request;
use limpid_io::{Error, SharedSink};

use super::arguments::{Arguments, Group, Reading};
use super::driver::Driver;
use super::wrong::wrong;
use limpid_test::sim::{self, Net};

impl Arguments {
    /// Sends the requests in sequence over one client. A failed request is passed to `failed` and does not
    /// stop the others.
    ///
    /// # Errors
    /// The runtime of the driver cannot be created.
    pub fn play(self, sink: SharedSink, mut failed: impl FnMut(Error)) -> io::Result<()> {
        let Self { driver, mut settings, groups, .. } = self;
        settings.sink = sink;
        match driver {
            Driver::Std => {
                let client = limpid_std::Client::from(settings);
                for (group, url) in each(&groups) {
                    blocking(&client, group, url).unwrap_or_else(&mut failed);
                }
            }
            Driver::Tokio => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(async move {
                    let client = limpid_tokio::Client::from(settings);
                    for (group, url) in each(&groups) {
                        asynchronous(&client, group, url).await.unwrap_or_else(&mut failed);
                    }
                });
            }
            Driver::Sim => return Err(wrong("sim", "is a driver within one process only")),
        }
        Ok(())
    }

    /// Sends the requests in a simulated network.
    pub(super) fn simulate(self, net: &Net, sink: SharedSink) -> io::Result<()> {
        let Self { mut settings, groups, .. } = self;
        settings.sink = sink;
        let client = sim::Client::new(net, settings);
        let requests = async {
            for (group, url) in each(&groups) {
                // The sink receives its failure.
                let _ = simulated(&client, group, url).await;
            }
        };
        net.world().run(requests).map_err(io::Error::other)
    }

    /// Sends the requests in a simulated network, and cancels the one whose exchange has the poll of this
    /// number. Returns whether there was one.
    pub(super) fn cancel_after(self, polls: u64, net: &Net, sink: SharedSink) -> io::Result<bool> {
        let Self { mut settings, groups, .. } = self;
        settings.sink = sink;
        let client = sim::Client::new(net, settings);
        client.stop_after(polls);
        let mut requests = Box::pin(async {
            for (group, url) in each(&groups) {
                // The sink receives its failure.
                let _ = simulated(&client, group, url).await;
            }
        });
        let cancelled = poll_fn(|cx| match requests.as_mut().poll(cx) {
            Poll::Pending if !client.has_stopped() => Poll::Pending,
            polled => Poll::Ready(polled.is_pending()),
        });
        net.world().run(cancelled).map_err(io::Error::other)
    }
}

/// Returns each request: its group and its URL.
fn each(groups: &[Group]) -> impl Iterator<Item = (&Group, &str)> {
    groups.iter().flat_map(|group| group.urls.iter().map(move |url| (group, url.as_str())))
}

fn blocking(client: &limpid_std::Client, group: &Group, url: &str) -> Result<(), Error> {
    thread::sleep(group.delay);
    let mut request = client.request(group.method(), url);
    for (name, value) in &group.headers {
        request = request.header(name, value);
    }
    if let Some(data) = &group.data {
        request = request.body(data.clone());
    } else if let Some(pieces) = group.pieces() {
        request = request.body(limpid_std::Body::reader(pieces, None));
    }
    let mut body = request.send()?.into_body();
    match group.read {
        Reading::All => while body.next_piece()?.is_some() {},
        Reading::First => drop(body.next_piece()?),
        Reading::Nothing => {}
    }
    Ok(())
}

async fn asynchronous(
    client: &limpid_tokio::Client,
    group: &Group,
    url: &str,
) -> Result<(), Error> {
    tokio::time::sleep(group.delay).await;
    let mut request = client.request(group.method(), url);
    for (name, value) in &group.headers {
        request = request.header(name, value);
    }
    if let Some(data) = &group.data {
        request = request.body(data.clone());
    } else if let Some(pieces) = group.pieces() {
        request = request.body(limpid_tokio::Body::pieces(pieces, None));
    }
    let mut response = request.send().await?;
    match group.read {
        Reading::All => while response.next_piece().await?.is_some() {},
        Reading::First => drop(response.next_piece().await?),
        Reading::Nothing => {}
    }
    Ok(())
}

async fn simulated(client: &sim::Client, group: &Group, url: &str) -> io::Result<()> {
    client.world().sleep(group.delay).await;
    let url = url.parse().map_err(io::Error::other)?;
    let mut draft = Request::builder(group.method().as_bytes(), url);
    for (name, value) in &group.headers {
        draft = draft.field(name, value);
    }
    let body = match (&group.data, group.pieces()) {
        (Some(data), _) => sim::Body::bytes(data.clone()),
        (None, Some(pieces)) => sim::Body::pieces(pieces, None),
        (None, None) => sim::Body::none(),
    };
    let mut response = client.send(draft, body).await.map_err(io::Error::other)?;
    match group.read {
        Reading::All => while response.next_piece().await.map_err(io::Error::other)?.is_some() {},
        Reading::First => drop(response.next_piece().await.map_err(io::Error::other)?),
        Reading::Nothing => {}
    }
    Ok(())
}
