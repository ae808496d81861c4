//! Asynchronous clients.

use std::net::SocketAddr;

use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use limpid_benches::drive::{Asynchronous, Exchanged, in_tasks};
use limpid_benches::messages::{self, REQUEST_FIELDS};
use limpid_benches::works::tasks::GET;
use limpid_benches::{Failure, Job, Outcome, Subject};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::names::{HYPER, RAW_TOKIO, REQWEST};

pub(super) const SUBJECTS: &[Subject] = &[
    Subject { work: GET, peer: RAW_TOKIO, run: raw },
    Subject { work: GET, peer: HYPER, run: hyper },
    Subject { work: GET, peer: REQWEST, run: reqwest },
];

/// A connection to the server.
pub(super) async fn connect(server: SocketAddr) -> Result<TcpStream, Failure> {
    let stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// A socket, the request's bytes, and space for the response.
pub(super) struct Raw {
    pub(super) stream: TcpStream,
    request: Vec<u8>,
    buffer: Vec<u8>,
}

impl Raw {
    pub(super) async fn open(server: SocketAddr) -> Result<Self, Failure> {
        let request = messages::request(&server.to_string());
        Ok(Self { stream: connect(server).await?, request, buffer: vec![0; 80 * 1024] })
    }
}

impl Asynchronous for Raw {
    async fn exchange(&mut self) -> Exchanged {
        self.stream.write_all(&self.request).await?;
        let (mut read, mut whole) = (0, None);
        loop {
            read += self.stream.read(&mut self.buffer[read..]).await?;
            if whole.is_none() {
                whole = messages::lengths(&self.buffer[..read]);
            }
            match whole {
                Some((head, body)) if read >= head + body => return Ok(body as u64),
                _ => {}
            }
        }
    }
}

fn raw(job: &Job) -> Outcome {
    let server = job.server;
    in_tasks(job, || Raw::open(server))
}

/// A connection of hyper, without a pool.
pub(super) struct Hyper {
    send: SendRequest<Empty<Bytes>>,
    request: Request<Empty<Bytes>>,
}

impl Hyper {
    pub(super) async fn open(server: SocketAddr) -> Result<Self, Failure> {
        let (send, connection) = handshake(TokioIo::new(connect(server).await?)).await?;
        tokio::spawn(connection);
        let mut request = Request::get("/").header("Host", server.to_string());
        for (name, value) in REQUEST_FIELDS {
            request = request.header(name, value);
        }
        Ok(Self { send, request: request.body(Empty::new())? })
    }
}

impl Asynchronous for Hyper {
    async fn exchange(&mut self) -> Exchanged {
        self.send.ready().await?;
        let response = self.send.send_request(self.request.clone()).await?;
        let (mut body, mut bytes) = (response.into_body(), 0);
        while let Some(frame) = body.frame().await {
            bytes += frame?.data_ref().map_or(0, |data| data.len() as u64);
        }
        Ok(bytes)
    }
}

fn hyper(job: &Job) -> Outcome {
    let server = job.server;
    in_tasks(job, || Hyper::open(server))
}

/// A client and its request.
pub(super) struct Reqwest {
    client: reqwest::Client,
    request: reqwest::Request,
}

impl Reqwest {
    pub(super) fn new(client: &reqwest::Client, url: &str) -> Result<Self, Failure> {
        let mut request = client.get(url);
        // It adds Host itself, and keeps the connection anyway.
        for (name, value) in &REQUEST_FIELDS[..3] {
            request = request.header(*name, *value);
        }
        Ok(Self { client: client.clone(), request: request.build()? })
    }
}

impl Asynchronous for Reqwest {
    async fn exchange(&mut self) -> Exchanged {
        let request = self.request.try_clone().ok_or("the request cannot be sent twice")?;
        let mut response = self.client.execute(request).await?;
        let mut bytes = 0;
        while let Some(chunk) = response.chunk().await? {
            bytes += chunk.len() as u64;
        }
        Ok(bytes)
    }
}

fn reqwest(job: &Job) -> Outcome {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let url = format!("http://{}/", job.server);
    in_tasks(job, || {
        let get = Reqwest::new(&client, &url);
        async { get }
    })
}
