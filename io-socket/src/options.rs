//! Socket options by their numbers on this system, as far as safe code can set them.

use std::io;

use limpid_core::trace::SocketOption;
use socket2::Socket;

/// Sets these options. An unknown one fails with the error that the system has for it.
#[cfg(unix)]
pub(crate) fn set(socket: &Socket, options: &[SocketOption]) -> io::Result<()> {
    options.iter().try_for_each(|option| set_one(socket, *option))
}

#[cfg(not(unix))]
pub(crate) fn set(_: &Socket, options: &[SocketOption]) -> io::Result<()> {
    if options.is_empty() { Ok(()) } else { Err(io::ErrorKind::Unsupported.into()) }
}

#[cfg(unix)]
fn set_one(socket: &Socket, option: SocketOption) -> io::Result<()> {
    let SocketOption { level, name, value } = option;
    let size = usize::try_from(value).unwrap_or(0);
    match (level, name) {
        (libc::SOL_SOCKET, libc::SO_KEEPALIVE) => socket.set_keepalive(value != 0),
        (libc::SOL_SOCKET, libc::SO_REUSEADDR) => socket.set_reuse_address(value != 0),
        (libc::SOL_SOCKET, libc::SO_SNDBUF) => socket.set_send_buffer_size(size),
        (libc::SOL_SOCKET, libc::SO_RCVBUF) => socket.set_recv_buffer_size(size),
        (libc::SOL_SOCKET, libc::SO_OOBINLINE) => socket.set_out_of_band_inline(value != 0),
        (libc::SOL_SOCKET, libc::SO_BROADCAST) => socket.set_broadcast(value != 0),
        (libc::IPPROTO_TCP, libc::TCP_NODELAY) => socket.set_tcp_nodelay(value != 0),
        #[cfg(target_os = "linux")]
        _ => set_on_linux(socket, option),
        #[cfg(not(target_os = "linux"))]
        _ => Err(io::Error::from_raw_os_error(libc::ENOPROTOOPT)),
    }
}

#[cfg(target_os = "linux")]
fn set_on_linux(socket: &Socket, option: SocketOption) -> io::Result<()> {
    use socket2::TcpKeepalive;
    use std::time::Duration;

    let SocketOption { level, name, value } = option;
    let number = u32::try_from(value).unwrap_or(0);
    let seconds = Duration::from_secs(number.into());
    match (level, name) {
        (libc::SOL_SOCKET, libc::SO_REUSEPORT) => socket.set_reuse_port(value != 0),
        (libc::SOL_SOCKET, libc::SO_PRIORITY) => socket.set_priority(number),
        (libc::SOL_SOCKET, libc::SO_MARK) => socket.set_mark(number),
        (libc::IPPROTO_IP, libc::IP_TOS) => socket.set_tos_v4(number),
        (libc::IPPROTO_IP, libc::IP_TTL) => socket.set_ttl_v4(number),
        (libc::IPPROTO_TCP, libc::TCP_KEEPIDLE) => {
            socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(seconds))
        }
        (libc::IPPROTO_TCP, libc::TCP_KEEPINTVL) => {
            socket.set_tcp_keepalive(&TcpKeepalive::new().with_interval(seconds))
        }
        (libc::IPPROTO_TCP, libc::TCP_KEEPCNT) => {
            socket.set_tcp_keepalive(&TcpKeepalive::new().with_retries(number))
        }
        (libc::IPPROTO_TCP, libc::TCP_USER_TIMEOUT) => {
            socket.set_tcp_user_timeout(Some(Duration::from_millis(number.into())))
        }
        (libc::IPPROTO_TCP, libc::TCP_CORK) => socket.set_tcp_cork(value != 0),
        (libc::IPPROTO_TCP, libc::TCP_QUICKACK) => socket.set_tcp_quickack(value != 0),
        (libc::IPPROTO_TCP, libc::TCP_MAXSEG) => socket.set_tcp_mss(number),
        _ => Err(io::Error::from_raw_os_error(libc::ENOPROTOOPT)),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use socket2::{Domain, Type};

    use super::*;

    #[test]
    fn unknown_option_fails_as_on_the_system() {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let known = SocketOption { level: libc::IPPROTO_TCP, name: libc::TCP_NODELAY, value: 1 };
        set(&socket, &[known]).unwrap();
        assert!(socket.tcp_nodelay().unwrap());
        let unknown = SocketOption { name: 9999, ..known };
        let error = set(&socket, &[known, unknown]).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENOPROTOOPT));
    }
}
