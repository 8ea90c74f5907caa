//! Brings one medium to a provider. Uploads cost nothing, so that each step may be tried again.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use genmux_core::{HttpRequest, Reply, UploadFile, UploadStep, Uploaded, VendorError};
use http::HeaderMap;

use crate::account::Line;
use crate::error::Error;

/// How often the vendor is asked whether it can use what it was given, a second apart.
const MOST_LOOKS: u32 = 300;

pub(super) async fn upload(line: &Line, file: &UploadFile) -> Result<Uploaded, Error> {
    let mut step = line.adapter.upload(line.base(), file)?;
    let mut looks = 0;
    loop {
        let (call, state) = match step {
            UploadStep::Done(uploaded) => return Ok(uploaded),
            UploadStep::Send(call, state) => (call, state),
            UploadStep::Wait(call, state) => {
                looks += 1;
                if looks > MOST_LOOKS {
                    let message = "the vendor takes too long to look at the upload";
                    return Err(Error::new(genmux_core::ErrorKind::Timeout, message));
                }
                // The first look comes soon: small media are ready at once.
                tokio::time::sleep(Duration::from_millis(if looks == 1 { 200 } else { 1000 }))
                    .await;
                (call, state)
            }
        };
        step = persist(line, &call, |reply| {
            line.adapter.read_upload(line.base(), file, state.clone(), reply)
        })
        .await?;
    }
}

/// Sends one step, again where it fails for a while.
async fn persist(
    line: &Line,
    call: &HttpRequest,
    read: impl Fn(&Reply) -> Result<UploadStep, VendorError>,
) -> Result<UploadStep, Error> {
    let waits = ExponentialBuilder::default().with_max_times(3).with_jitter();
    let mut waits = waits.with_min_delay(Duration::from_millis(300)).build();
    loop {
        let tried = line.send(call.clone(), &HeaderMap::new()).await;
        let error = match tried.and_then(|reply| read(&reply).map_err(Error::from)) {
            Ok(step) => return Ok(step),
            Err(error) => error.charged(genmux_core::Charged::No),
        };
        match waits.next() {
            Some(wait) if error.is_retryable() => {
                let asked = error.retry_after.unwrap_or(wait);
                tokio::time::sleep(asked.clamp(wait, Duration::from_secs(30))).await;
            }
            _ => return Err(error),
        }
    }
}
