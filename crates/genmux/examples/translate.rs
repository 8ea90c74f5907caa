//! One request, one offer: the payload, and what became of every field.
//!
//! `cargo run -p genmux --example translate`
#![allow(clippy::print_stdout)] // An example prints.

use genmux::{Catalog, Duration, Media, Mode, Policy, Request, context};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut request = Request::video("The paper boat drifts into the river; slow push-in, rain");
    request.aspect_ratio = Some("16:9".parse()?);
    request.resolution = Some("720p".parse()?);
    request.duration = Some(Duration::seconds(8));
    request.frames.first = Some("https://images.example.com/boat.jpg".parse::<Media>()?);

    let catalog = Catalog::embedded();
    let offer = catalog.offer("runware/seedance-1.0-pro")?;
    let context = context(&request);

    // Strictly, the request is refused: this model has no 720p.
    if let Err(rejection) = offer.translate(&request, &Policy::default(), &context) {
        println!("{rejection}\n");
    }
    // `fit` moves the resolution to the nearest that the model has, and says so.
    let translation = offer.translate(&request, &Policy::from(Mode::Fit), &context)?;
    println!("{}\n", serde_json::to_string_pretty(&translation.payload(0))?);
    for row in translation.ledger() {
        println!("{:?} {} {}", row.outcome, row.field, row.value);
    }
    Ok(())
}
