//! A socket of a scripted peer, which may open other connections.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use limpid_core::client::Target;

use super::net::Net;
use super::socket::Socket;
use crate::wire::Wire;

/// A socket and its network.
#[derive(Debug)]
pub(super) struct PeerSocket {
    pub(super) net: Net,
    pub(super) socket: Socket,
}

impl Wire for PeerSocket {
    async fn read(
        &mut self,
        room: &mut [u8],
        patience: Option<Duration>,
    ) -> io::Result<Option<usize>> {
        let world = self.net.world();
        let moment = patience.map(|patience| world.now() + patience);
        world.before(moment, self.socket.receive(room)).await.transpose()
    }

    async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let n = self.socket.write(bytes).await?;
            bytes = &bytes[n..];
        }
        Ok(())
    }

    async fn sleep(&self, time: Duration) {
        self.net.world().sleep(time).await;
    }

    async fn connect(&self, target: SocketAddr) -> io::Result<Self> {
        let socket = self.net.connect(Target::Tcp(target)).await?;
        Ok(Self { net: self.net.clone(), socket })
    }

    fn close(&mut self) -> io::Result<()> {
        self.socket.close();
        Ok(())
    }

    fn reset(&mut self) -> io::Result<()> {
        self.socket.reset();
        Ok(())
    }
}
