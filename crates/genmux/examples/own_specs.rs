//! A model of one's own: a spec directory laid over the embedded one, no Rust changed.
//!
//! `cargo run -p genmux --example own_specs`
#![allow(clippy::print_stdout)] // An example prints.

use std::fs;

use genmux::{Catalog, Policy, Request, context};

const MODEL: &str = r#"{
    "name": "Inkwell 1", "kind": "image", "workflows": ["text-to-image"],
    "source": "https://docs.acme.example/inkwell", "since": "2026-11-01", "dated_by": "page"
}"#;

const OFFER: &str = r#"{
    "lab": "acme", "vendor_id": "acme:inkwell@1",
    "revisions": [{
        "since": "2026-11-01", "dated_by": "page", "source": "https://docs.acme.example/inkwell",
        "fields": {
            "prompt": { "to": "positivePrompt", "required": true, "chars": [1, 800] },
            "guidance_scale": { "to": "CFGScale", "min": 1, "max": 20 }
        }
    }]
}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = std::env::temp_dir().join(format!("genmux-own-specs-{}", std::process::id()));
    fs::create_dir_all(directory.join("models/acme"))?;
    fs::create_dir_all(directory.join("runware"))?;
    fs::write(directory.join("models/acme/inkwell-1.json"), MODEL)?;
    fs::write(directory.join("runware/inkwell-1.json"), OFFER)?;

    let catalog = Catalog::with_directory(&directory)?;
    let offer = catalog.offer("runware/inkwell-1")?;
    let mut request = Request::image("a heron in black ink");
    request.guidance_scale = Some(25.0);
    let context = context(&request);
    match offer.translate(&request, &Policy::default(), &context) {
        Ok(translation) => println!("{}", serde_json::to_string(&translation.payload(0))?),
        Err(rejection) => println!("{rejection}"),
    }
    fs::remove_dir_all(&directory)?;
    Ok(())
}
