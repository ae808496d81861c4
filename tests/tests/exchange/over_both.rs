//! Requests that are built alike over both drivers.

use limpid_tests::Request;
use limpid_tests::script::answer;
use limpid_tests::server::Server;

/// Starts a server for one request, and returns its URL.
pub(crate) fn serve(response: &[u8]) -> (Server, String) {
    let server = Server::tcp(vec![answer(response)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    (server, url)
}

/// Returns the request that the server received.
pub(crate) fn received(server: Server) -> Request {
    server.finish().unwrap().remove(0)
}

/// Returns the target of a request.
pub(crate) fn target(request: &Request) -> &str {
    request.head.split(' ').nth(1).unwrap()
}

/// Returns the values of all fields of this name.
pub(crate) fn fields<'r>(request: &'r Request, name: &str) -> Vec<&'r str> {
    let fields = request.head.lines().skip(1).filter_map(|line| line.split_once(": "));
    fields.filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
}

/// Sends a request over each driver to a server that responds with `$response`, and returns the result of `$read` and the
/// request that the server received. `$set` are calls of the client's builder.
macro_rules! exchanged {
    ($response:expr, {$($set:tt)*}, |$client:ident, $url:ident| $request:expr, .$($read:tt)+) => {{
        let over_std = {
            let (server, url) = $crate::over_both::serve($response.as_ref());
            let ($client, $url) = (limpid_std::Client::builder()$($set)*.build(), &*url);
            let got = $request.send().and_then(|response| response.$($read)+);
            drop($client);
            (got, $crate::over_both::received(server))
        };
        let over_tokio = {
            let (server, url) = $crate::over_both::serve($response.as_ref());
            let got = $crate::both::block_on(async {
                let ($client, $url) = (limpid_tokio::Client::builder()$($set)*.build(), &*url);
                match $request.send().await {
                    Ok(response) => response.$($read)+.await,
                    Err(error) => Err(error),
                }
            });
            (got, $crate::over_both::received(server))
        };
        [over_std, over_tokio]
    }};
}

/// Returns the request that a server receives from each driver.
macro_rules! sent {
    ({$($set:tt)*}, |$client:ident, $url:ident| $request:expr) => {
        $crate::over_both::exchanged!(
            "HTTP/1.1 204 No Content\r\n\r\n",
            {$($set)*},
            |$client, $url| $request,
            .bytes()
        )
        .map(|(got, request)| {
            got.unwrap();
            request
        })
    };
}

pub(crate) use {exchanged, sent};
