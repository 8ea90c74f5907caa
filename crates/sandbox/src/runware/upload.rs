//! `mediaStorage` and the older `imageUpload`.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde_json::{Value, json};

use super::Answer;
use super::error::Refusal;
use crate::files::File;
use crate::sniff;
use crate::state::App;

pub(crate) fn upload(app: &App, task: &Value) -> Answer {
    let old = task["taskType"] == "imageUpload";
    let operation = task["operation"].as_str().unwrap_or("upload");
    match operation {
        "upload" => store(app, task, if old { "image" } else { "media" }),
        "delete" => delete(app, task),
        _ => Answer::refused(
            task,
            &[Refusal::new("invalidOperation", "unknown operation").on("operation")],
        ),
    }
}

fn store(app: &App, task: &Value, key: &'static str) -> Answer {
    let Some(bytes) = task[key].as_str().and_then(read) else {
        let text = "the media could not be fetched or decoded";
        let refusal = Refusal::new("invalidValueUploadFailed", text).on(key).of_type("string");
        return Answer::refused(task, &[refusal]);
    };
    let id = app.ids.uuid();
    let path = path(&id);
    app.files.put(path.clone(), File::given(sniff::mime(&bytes), bytes.into()));
    let mut item = json!({"taskType": task["taskType"], "taskUUID": task["taskUUID"]});
    if key == "media" {
        item["operation"] = json!("upload");
    }
    item[format!("{key}UUID")] = json!(id);
    item[format!("{key}URL")] = json!(app.url(&path));
    Answer::data(item)
}

/// Data URI or bare base64; URLs of others are not fetched, so their name stands for their bytes.
fn read(media: &str) -> Option<Vec<u8>> {
    if media.starts_with("http://") || media.starts_with("https://") {
        return Some(media.as_bytes().to_vec());
    }
    let coded = media.split_once(";base64,").map_or(media, |(_, coded)| coded);
    let bytes = STANDARD.decode(coded).or_else(|_| STANDARD_NO_PAD.decode(coded)).ok()?;
    (!bytes.is_empty()).then_some(bytes)
}

fn delete(app: &App, task: &Value) -> Answer {
    let id = task["mediaUUID"].as_str().unwrap_or_default();
    if !app.files.remove(&path(id)) {
        let refusal =
            Refusal::new("mediaNotFound", "no such media").on("mediaUUID").with_status(404);
        return Answer::refused(task, &[refusal]);
    }
    Answer::data(json!({
        "taskType": task["taskType"], "taskUUID": task["taskUUID"],
        "operation": "delete", "mediaUUID": id,
    }))
}

fn path(id: &str) -> String {
    format!("/outputs/runware/media/{id}")
}
