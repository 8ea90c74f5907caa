//! Brings one medium to a provider. Uploads cost nothing, so that each step may be tried again.

use std::time::Duration;

use genmux_core::{Charged, Reply, UploadFile, UploadStep, Uploaded};

use crate::account::Line;
use crate::error::Error;
use crate::retry;

/// How often the vendor is asked whether it can use what it was given, a second apart.
const MOST_LOOKS: u32 = 300;

pub(super) async fn upload(line: &Line, file: &UploadFile) -> Result<Uploaded, Error> {
    line.retries.admit(line.adapter.provider())?;
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
        let read =
            |reply: &Reply| line.adapter.read_upload(line.base(), file, state.clone(), reply);
        let next = retry::repeat(line, &call, read).await;
        step = next.map_err(|error| error.charged(Charged::No))?;
    }
}
