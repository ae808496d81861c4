//! The server of the demonstration: our own server role, over our own TLS layer, on a socket.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::http1::{BodySize, Connection, Event, Next, Role};
use limpid_core::layer::tls::ServerTls;
use limpid_core::layer::{Layer, LayerState};
use limpid_core::time::Mono;
use limpid_core::trace::{Cx, NoSink, Scope};
use rustls::ServerConfig;

/// How long a silent client is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the demonstration shows.
const BODY: &[u8] = b"Hello! This came over TLS, from limpid's server to limpid's client.\n";

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Serves the requests of one connection, until its client closes it.
pub(super) fn serve_one(listener: &TcpListener, tls: Arc<ServerConfig>) -> Outcome<()> {
    let (stream, _) = listener.accept()?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let tls = ServerTls::server(tls)?;
    Server { stream, tls, http1: Connection::new(Role::Server, Default::default()) }.serve()
}

struct Server {
    stream: TcpStream,
    tls: ServerTls,
    http1: Connection,
}

impl Server {
    fn serve(mut self) -> Outcome<()> {
        let mut scope = Scope::default();
        let mut cx = Cx::new(Mono::default(), &NoSink, &mut scope);
        loop {
            match self.http1.next(&mut cx)? {
                Next::NeedInput => self.read()?,
                Next::Event(Event::End(_)) => self.answer(&mut cx)?,
                Next::Event(_) => {}
                Next::Paused => self.http1.restart()?,
                Next::Closed | Next::Switched => break,
            }
        }
        self.tls.close();
        self.write()
    }

    fn answer(&mut self, cx: &mut Cx<'_, NoSink>) -> Outcome<()> {
        let mut fields = FieldBlock::new();
        fields.push(b"Server", concat!("limpid/", env!("CARGO_PKG_VERSION")).as_bytes());
        fields.push(b"Content-Type", b"text/plain; charset=utf-8");
        let size = BodySize::Length(BODY.len() as u64);
        self.http1.send_response(cx, 200, b"OK", fields.fields(), size)?;
        self.http1.send_data(cx, BODY.into())?;
        self.http1.finish(cx, Fields::EMPTY)?;
        self.write()
    }

    /// Reads once, and hands on what that brings.
    fn read(&mut self) -> Outcome<()> {
        let n = self.stream.read(self.tls.space(4096))?;
        self.tls.filled(n);
        let http1 = &mut self.http1;
        let state = self.tls.advance(&mut |bytes| http1.push(bytes));
        if n == 0 || matches!(state, Ok(LayerState::PeerClosed)) {
            http1.eof();
        }
        self.write()?;
        state?;
        Ok(())
    }

    /// Writes all there is.
    fn write(&mut self) -> Outcome<()> {
        if self.tls.is_open() {
            for slice in self.http1.out() {
                self.tls.write(slice)?;
            }
            self.http1.sent(self.http1.out_len());
        }
        let out = self.tls.out();
        self.stream.write_all(out)?;
        let n = out.len();
        self.tls.sent(n);
        Ok(())
    }
}
