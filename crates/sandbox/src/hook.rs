//! Delivers webhooks: plain HTTP, to loopback only, tried a few times.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::state::State;

/// Receivers have to answer within about five seconds.
const PATIENCE: Duration = Duration::from_secs(5);
/// The pause after the first failure; it doubles.
const FIRST_PAUSE: u64 = 250;
const ATTEMPTS: u32 = 4;

/// An address that may be called: `http`, loopback, as a number or `localhost`.
struct Target {
    addr: SocketAddr,
    path: String,
}

/// True for an address that the sandbox would deliver to.
pub(crate) fn is_loopback(url: &str) -> bool {
    target(url).is_some()
}

/// Posts JSON until somebody answers 2xx; false if nobody did or the address is not loopback.
///
/// Headers are made for each attempt, since a signature holds its time.
pub(crate) async fn post(
    state: &State,
    url: &str,
    body: &str,
    headers: impl Fn() -> Vec<(&'static str, String)>,
) -> bool {
    let Some(target) = target(url) else { return false };
    for attempt in 0..ATTEMPTS {
        if timeout(PATIENCE, once(&target, &headers(), body))
            .await
            .is_ok_and(|it| it.is_ok_and(success))
        {
            return true;
        }
        sleep(state.clock.wall(FIRST_PAUSE << attempt)).await;
    }
    false
}

fn success(status: u16) -> bool {
    (200..300).contains(&status)
}

fn target(url: &str) -> Option<Target> {
    let rest = url.strip_prefix("http://")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, "80"));
    let host = if host == "localhost" { "127.0.0.1" } else { host.trim_matches(['[', ']']) };
    let ip: IpAddr = host.parse().ok()?;
    let addr = SocketAddr::new(ip, port.parse().ok()?);
    ip.is_loopback().then(|| Target { addr, path: format!("/{path}") })
}

/// One request on a connection of its own; only the status is read.
async fn once(
    target: &Target,
    headers: &[(&'static str, String)],
    body: &str,
) -> std::io::Result<u16> {
    let mut stream = TcpStream::connect(target.addr).await?;
    let mut head = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n",
        target.path,
        target.addr,
        body.len()
    );
    for (name, value) in headers {
        head.extend([*name, ": ", value.as_str(), "\r\n"]);
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).await?;
    let mut status = [0; 12];
    stream.read_exact(&mut status).await?;
    let digits = std::str::from_utf8(&status[9..]).map_err(std::io::Error::other)?;
    digits.parse().map_err(std::io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_called() {
        assert!(is_loopback("http://127.0.0.1:8080/hook?secret=1"));
        assert!(is_loopback("http://localhost:8080"));
        assert!(is_loopback("http://[::1]:80/"));
        assert!(!is_loopback("https://127.0.0.1/"));
        assert!(!is_loopback("http://example.com/"));
        assert!(!is_loopback("http://10.0.0.1/"));
    }
}
