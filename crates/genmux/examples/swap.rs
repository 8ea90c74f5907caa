//! One request at three vendors by changing one string, then a chain whose first vendor is down.
//!
//! `cargo run -p genmux --example swap [OFFER...]`, with each vendor's key in the environment. No
//! keys? `genmux sandbox` plays the vendors and prints the URLs for `RUNWARE_BASE_URL` and so on.
#![allow(clippy::print_stdout)] // An example prints.

use std::env;
use std::error::Error;

use genmux::{
    Client, Event, Outcome, Progress, Provider as _, Request, RunOptions, SaveTo, Settings,
};

const OFFERS: [&str; 3] =
    ["runware/seedream-4.0", "replicate/seedance-2.0-fast", "scenario/dreamina-3.1"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut offers: Vec<String> = env::args().skip(1).collect();
    if offers.is_empty() {
        offers = OFFERS.map(str::to_owned).to_vec();
    }

    // Picture or clip? It does not say, so that the offer decides.
    let mut request = Request::default();
    request.prompt = Some("a paper boat leaves the harbour at dawn".into());
    request.aspect_ratio = Some("16:9".parse()?);
    request.seed = Some(7);

    let save = Some(SaveTo { folder: "boats".into(), overwrite: false });
    let progress = Some(Progress::new(tell));
    let options = RunOptions { save, progress, ..RunOptions::default() };

    let client = Client::new(Settings::default())?;
    for offer in &offers {
        let outcome = client.provider(offer)?.run(&request, &options).await?;
        show(&outcome);
    }

    // The same again, while nobody answers at the first vendor's address.
    let mut settings = Settings::default();
    let first = offers[0].split('/').next().unwrap_or_default();
    settings.base_urls.insert(first.to_owned(), "http://127.0.0.1:1".to_owned());
    let chain = Client::new(settings)?.chain(&offers)?;
    show(&chain.run(&request, &options).await?);
    Ok(())
}

fn tell(event: Event) {
    if let Event::Fallback { from, to, reason } = event {
        println!("{from} gives way to {to}: {reason}");
    }
}

fn show(outcome: &Outcome) {
    for path in outcome.artifacts.iter().filter_map(|artifact| artifact.path.as_deref()) {
        println!("{} made {}", outcome.offer, path.display());
    }
}
