//! Media of a request: they reach the vendor whole, under their name and type, and nothing that
//! may not leave the machine does.

use std::sync::Arc;

use async_trait::async_trait;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use genmux::{
    Body, Client, ErrorKind, Event, Files, HttpTransport, Media, Provider, Reach, Request,
    ResponseBody, RunError, RunOptions, Transport, TransportError,
};
use genmux_sandbox::{Fault, Step};
use serde_json::Value;

use crate::list::List;
use crate::stage::{Stage, Told, fetch};

pub(crate) fn trials(list: &mut List) {
    list.add("upload::files_data_and_bytes_reach_the_vendor", |stage| reach(stage, 3_000));
    list.add("upload::large_ones_reach_the_vendor", |stage| reach(stage, 1_000_000));
    list.add("upload::very_large_ones_reach_the_vendor", very_large);
    list.add("upload::what_the_vendor_cannot_fetch_is_brought_to_it", fetched);
    if list.subject.name == "scenario" {
        list.add("upload::what_is_at_a_private_address_is_not_fetched", private);
    }
    list.add("upload::a_result_is_the_next_reference", next_reference);
    list.add("upload::it_is_told", told);
    for (name, fault) in [
        ("reset", Fault::ResetBefore),
        ("lost", Fault::ResetAfter),
        ("refused_for_a_moment", Fault::Status { status: 503, body: None }),
        ("cut", Fault::Truncate),
    ] {
        list.add(&format!("upload::one_that_is_{name}_goes_again"), |stage| again(stage, fault));
    }
    list.add("upload::a_refused_one_costs_nothing", refused);
    list.add("upload::a_file_outside_the_folder_is_not_sent", outside);
    list.add("upload::no_file_is_sent_unless_it_is_allowed", not_allowed);
    list.add("upload::the_asset_of_another_vendor_is_refused", foreign_asset);
}

/// A picture by its header; the rest is whatever makes it so long.
fn png(len: usize) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x04\0\x08\x02\0\0\0".to_vec();
    bytes.extend((bytes.len()..len).map(|at| u8::try_from(at % 251).unwrap()));
    bytes
}

/// The offer that takes references, for a client that may read the trial's folder.
pub(crate) fn provider(stage: &Stage) -> Arc<dyn Provider> {
    let mut settings = stage.settings();
    settings.files = Files::Within(stage.folder().to_owned());
    Client::new(settings).unwrap().provider(stage.subject.reference.offer).unwrap()
}

pub(crate) fn with_images(stage: &Stage, images: Vec<Media>) -> Request {
    let mut request = stage.subject.reference.request();
    request.references.images = images;
    request
}

fn file(stage: &Stage, len: usize) -> Media {
    std::fs::write(stage.folder().join("boat.png"), png(len)).unwrap();
    "boat.png".parse().unwrap()
}

async fn reach(stage: Stage, len: usize) {
    let data = format!("data:image/png;base64,{}", BASE64_STANDARD.encode(png(len)));
    let bytes = Media::bytes(png(len), "image/png");
    let request = with_images(&stage, vec![file(&stage, len), data.parse().unwrap(), bytes]);
    provider(&stage).submit(&request, &RunOptions::default()).await.unwrap();
    let jobs = stage.look("jobs").await;
    let sent = jobs[0]["input"].pointer(stage.subject.references).unwrap();
    let names = ["boat.png", "references.images-1.png", "references.images-2.png"];
    assert_eq!(sent.as_array().unwrap().len(), 3);
    for (medium, name) in sent.as_array().unwrap().iter().zip(names) {
        let (mime, found) = arrived(&stage, medium.as_str().unwrap(), name).await;
        assert_eq!(mime, "image/png");
        assert!(found == png(len), "{name} came as {} bytes", found.len());
    }
    stage.charged(1);
}

/// Type and bytes of a medium as the vendor has it; its name, where the vendor keeps names.
pub(crate) async fn arrived(stage: &Stage, medium: &str, name: &str) -> (String, Vec<u8>) {
    if let Some(data) = medium.strip_prefix("data:") {
        let (mime, coded) = data.split_once(";base64,").unwrap();
        return (mime.to_owned(), BASE64_STANDARD.decode(coded).unwrap());
    }
    let (object, mime, kept, place) = match stage.subject.name {
        "runware" => {
            let base = format!("http://{}", stage.sandbox.addr());
            let bytes = fetch(&format!("{base}/outputs/runware/media/{medium}")).await;
            return ("image/png".to_owned(), bytes);
        }
        "replicate" => {
            let object = stage.ask(medium).await;
            (object, "/content_type", "/name", format!("{medium}/download"))
        }
        _ => {
            let object = stage.ask(&format!("/assets/{medium}")).await["asset"].clone();
            let url = object["url"].as_str().unwrap().to_owned();
            (object, "/mimeType", "/metadata/name", url)
        }
    };
    let text = |at: &str| object.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned();
    assert_eq!(text(kept), name);
    (text(mime), fetch(&place).await)
}

/// What it shows in place of the web: pictures at one host, and every vendor as ever.
#[derive(Debug)]
struct Web(HttpTransport);

const PICTURE: &str = "https://pictures.example/boat.png";

#[async_trait]
impl Transport for Web {
    async fn send(
        &self,
        request: http::Request<Body>,
    ) -> Result<http::Response<ResponseBody>, TransportError> {
        if request.uri().host() != Some("pictures.example") {
            return self.0.send(request).await;
        }
        assert!(request.headers().get("authorization").is_none());
        let reach = request.extensions().get::<Reach>();
        assert!(reach.is_some_and(|reach| *reach != Reach::Provider), "{reach:?}");
        Ok(http::Response::new(ResponseBody::from(bytes::Bytes::from(png(3_000)))))
    }
}

/// One vendor takes only what it holds itself, the others fetch.
async fn fetched(stage: Stage) {
    let mut settings = stage.settings();
    settings.transport = Some(Arc::new(Web(HttpTransport::default())));
    let client = Client::new(settings).unwrap();
    let provider = client.provider(stage.subject.reference.offer).unwrap();
    let request = with_images(&stage, vec![PICTURE.parse().unwrap()]);
    provider.submit(&request, &RunOptions::default()).await.unwrap();
    let jobs = stage.look("jobs").await;
    let sent = jobs[0]["input"].pointer(stage.subject.references).unwrap()[0].clone();
    if stage.subject.name != "scenario" {
        assert_eq!(sent, PICTURE);
        return assert_eq!(stage.calls("upload").await, 0);
    }
    let name = "references.images-0.png";
    let (mime, found) = arrived(&stage, sent.as_str().unwrap(), name).await;
    assert!(mime == "image/png" && found == png(3_000));
}

/// A URL of a request must not have the application read its own network.
async fn private(stage: Stage) {
    for url in ["https://10.0.0.1/boat.png", "https://169.254.169.254/latest/meta-data"] {
        let request = with_images(&stage, vec![url.parse().unwrap()]);
        let failed = provider(&stage).submit(&request, &RunOptions::default()).await.unwrap_err();
        assert_eq!(failed.failed().unwrap().kind, ErrorKind::Invalid, "{failed}");
        assert!(!failed.may_have_been_charged());
    }
    stage.untouched().await;
}

async fn very_large(stage: Stage) {
    let request = with_images(&stage, vec![file(&stage, 9_000_000)]);
    provider(&stage).submit(&request, &RunOptions::default()).await.unwrap();
    let jobs = stage.look("jobs").await;
    let sent = jobs[0]["input"].pointer(stage.subject.references).unwrap()[0].clone();
    let (mime, found) = arrived(&stage, sent.as_str().unwrap(), "boat.png").await;
    assert!(mime == "image/png" && found == png(9_000_000));
}

async fn next_reference(stage: Stage) {
    let made = stage.provider().run(&stage.request(), &RunOptions::default()).await.unwrap();
    let Some(asset) = &made.artifacts[0].asset else {
        return assert_eq!(stage.subject.name, "replicate", "it keeps no assets");
    };
    let id = asset.strip_prefix(&format!("{}:", stage.subject.name)).unwrap();
    let request = with_images(&stage, vec![asset.parse().unwrap()]);
    provider(&stage).submit(&request, &RunOptions::default()).await.unwrap();
    let jobs = stage.look("jobs").await;
    assert_eq!(jobs[1]["input"].pointer(stage.subject.references).unwrap()[0], id);
    assert_eq!(stage.calls("upload").await, 0);
}

async fn told(stage: Stage) {
    let told = Told::default();
    let options = told.options();
    let request = with_images(&stage, vec![file(&stage, 1_000_000)]);
    provider(&stage).submit(&request, &options).await.unwrap();
    let events = told.all();
    let Event::Uploading { field, index, bytes } = events[0] else { panic!("{events:?}") };
    assert_eq!((field, index, bytes), ("references.images", 0, 1_000_000));
}

async fn again(stage: Stage, fault: Fault) {
    stage.fault(Step::Upload, fault);
    let request = with_images(&stage, vec![file(&stage, 1_000_000)]);
    provider(&stage).submit(&request, &RunOptions::default()).await.unwrap();
    assert!(stage.calls("upload").await >= 2);
    stage.charged(1);
}

async fn refused(stage: Stage) {
    stage.fault_for_ever(Step::Upload, Fault::Status { status: 403, body: None });
    let request = with_images(&stage, vec![file(&stage, 1_000_000)]);
    let failed = provider(&stage).submit(&request, &RunOptions::default()).await.unwrap_err();
    let error = failed.failed().unwrap();
    assert_eq!(error.kind, ErrorKind::Plan, "{error}");
    assert!(error.message.contains("references.images[0]"), "{error}");
    assert!(!error.may_have_been_charged());
    assert_eq!(stage.calls("submit").await, 0);
}

#[track_caller]
pub(crate) fn rejected(failed: &RunError, field: &str) {
    let RunError::Rejected(rejection) = failed else { panic!("{failed}") };
    let fields: Vec<_> = rejection.violations().iter().map(|it| &*it.field).collect();
    assert_eq!(fields, [field]);
}

async fn outside(stage: Stage) {
    let elsewhere = tempfile::tempdir().unwrap();
    let secret = elsewhere.path().join("secret.png");
    std::fs::write(&secret, png(3_000)).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&secret, stage.folder().join("link.png")).unwrap();
    let up = format!("../{}/secret.png", elsewhere.path().file_name().unwrap().to_str().unwrap());
    for path in [secret.to_str().unwrap(), &up, "link.png", "no-such.png"] {
        let request = with_images(&stage, vec![path.parse().unwrap()]);
        let failed = provider(&stage).run(&request, &RunOptions::default()).await.unwrap_err();
        rejected(&failed, "references.images");
    }
    stage.untouched().await;
}

async fn not_allowed(stage: Stage) {
    let path = stage.folder().join("boat.png");
    std::fs::write(&path, png(3_000)).unwrap();
    let request = with_images(&stage, vec![path.to_str().unwrap().parse().unwrap()]);
    let provider = stage.client().provider(stage.subject.reference.offer).unwrap();
    let failed = provider.run(&request, &RunOptions::default()).await.unwrap_err();
    rejected(&failed, "references.images");
    stage.untouched().await;
}

async fn foreign_asset(stage: Stage) {
    let foreign = match stage.subject.name {
        "scenario" => "runware:c64351d5-4c59-42f7-95e1-eace013eddab",
        _ => "scenario:asset_abc123",
    };
    let request = with_images(&stage, vec![foreign.parse().unwrap()]);
    let failed = provider(&stage).run(&request, &RunOptions::default()).await.unwrap_err();
    rejected(&failed, "references.images");
    stage.untouched().await;
}
