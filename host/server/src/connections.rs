//! Accepting connections, and ending without cutting anybody off.

use super::lingering::Lingering;
use super::{ServerOptions, State, Tls, router};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::http::header::EXPECT;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// How long to wait when no connection can be accepted, mostly for want of file descriptors.
const RESPITE: Duration = Duration::from_millis(100);

/// Serves until `end` comes, over TLS if there is a certificate; then takes no more connections, and finishes what is in
/// flight if it ends within the shutdown timeout.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Tls>,
    state: State,
    options: &ServerOptions,
    end: impl Future<Output = ()>,
) {
    let router = router(state);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(options.upload_timeout);
    let connections = GracefulShutdown::new();
    // Who has not finished the handshake has asked for nothing yet.
    let ended = CancellationToken::new();
    let mut end = std::pin::pin!(end);
    loop {
        let stream = tokio::select! {
            stream = accept(&listener) => stream,
            () = &mut end => break,
        };
        // Small answers must not wait for the client's acknowledgement.
        let _ = stream.set_nodelay(true);
        let (http, router, watcher) = (http.clone(), router.clone(), connections.watcher());
        match tls.clone() {
            None => drop(tokio::spawn(talk(http, router, watcher, stream))),
            Some(tls) => {
                let ended = ended.clone();
                tokio::spawn(async move {
                    match ended.run_until_cancelled(tls.shake_hands(stream)).await {
                        Some(Ok(stream)) => talk(http, router, watcher, stream).await,
                        Some(Err(error)) => tracing::debug!(%error, "a connection ended before it began"),
                        None => {}
                    }
                });
            }
        }
    }
    drop(listener);
    ended.cancel();
    tracing::info!(connections = connections.count(), "finishing what is in flight");
    if tokio::time::timeout(options.shutdown_timeout, connections.shutdown()).await.is_err() {
        tracing::warn!("gave up on what was still in flight");
    }
}

/// Answers a connection's requests, until it ends or all do.
async fn talk(
    http: http1::Builder,
    router: Router,
    watcher: Watcher,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
) {
    let service = TowerToHyperService::new(router);
    let service = service_fn(move |request: Request<Incoming>| service.call(lingering(request)));
    if let Err(error) = watcher.watch(http.serve_connection(TokioIo::new(stream), service)).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// A client that expects to be asked for its body has not sent it yet: nothing of it need be received.
fn lingering(request: Request<Incoming>) -> Request<Body> {
    let expects = request.headers().contains_key(EXPECT);
    request.map(|body| if expects { Body::new(body) } else { Body::new(Lingering::new(body)) })
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(RESPITE).await;
            }
        }
    }
}
