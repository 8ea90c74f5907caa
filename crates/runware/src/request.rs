//! The HTTP form of tasks: one address and one method for everything.

use std::mem;

use genmux_core::{Auth, Body, HttpRequest, Payload, Segment, Ticket};
use serde_json::Value;

/// The vendor's own name of the variable that holds the key.
pub(crate) const AUTH: Auth = Auth::Bearer("RUNWARE_API_KEY");

/// The request that submits payloads. The body is an array also for one task: a bare object is
/// refused (models-api/authentication, 2026-11-20).
pub(crate) fn submit(base: &str, payloads: &[Payload<'_>]) -> serde_json::Result<HttpRequest> {
    let body = match payloads {
        [only] => only.body("[", "]")?,
        _ => joined(payloads)?,
    };
    Ok(post(base, body))
}

/// The request that reads jobs.
pub(crate) fn poll(base: &str, tickets: &[Ticket]) -> HttpRequest {
    // Written as text: many tasks are asked about together, many times a second.
    let mut tasks = String::from("[");
    for ticket in tickets {
        tasks += if tasks.len() > 1 { "," } else { "" };
        tasks += r#"{"taskType":"getResponse","taskUUID":"#;
        tasks += &Value::from(&*ticket.id).to_string();
        tasks += "}";
    }
    post(base, Body::bytes(tasks + "]"))
}

/// A POST of an array of tasks.
pub(crate) fn post(base: &str, tasks: Body) -> HttpRequest {
    HttpRequest::post(base.to_owned(), AUTH, tasks)
}

/// What is to come of each payload. The task's UUID is the id of the job.
pub(crate) fn tickets(payloads: &[Payload<'_>]) -> Vec<Ticket> {
    payloads.iter().map(ticket).collect()
}

fn ticket(payload: &Payload<'_>) -> Ticket {
    let results = payload.results();
    Ticket { id: payload.task_id().to_string(), results: results.min, most: results.max }
}

/// An array in which each payload has the media of its own wiring. Text stays in one piece, as
/// what is shown and pasted has to be.
fn joined(payloads: &[Payload<'_>]) -> serde_json::Result<Body> {
    let (mut body, mut text) = (Body::default(), b"[".to_vec());
    for (at, payload) in payloads.iter().enumerate() {
        text.extend_from_slice(if at == 0 { b"" } else { b"," });
        for segment in payload.body("", "")?.segments() {
            if let Segment::Bytes(bytes) = segment {
                text.extend_from_slice(bytes);
            } else {
                body.push(mem::take(&mut text));
                body.append(Body::from(segment.clone()));
            }
        }
    }
    text.push(b']');
    body.push(text);
    Ok(body)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::fmt::Write as _;

    use genmux_core::{Catalog, Context, Leaf, Media, Policy, Request, TaskKey, Uuid, Wiring};
    use serde_json::json;

    use super::*;

    const BASE: &str = "https://api.runware.test/v1";

    const PROVIDER: &str = r#"{
      "name": "Runware", "base_url": "https://api.runware.test/v1",
      "source": "https://vendor.example/docs", "since": "2026-01-01", "dated_by": "page",
      "task_id": "taskUUID", "model": "model", "media": ["https", "data", "asset"],
      "image": {
        "source": "https://vendor.example/docs", "since": "2026-01-01", "dated_by": "page",
        "constants": { "taskType": "imageInference", "deliveryMethod": "async" },
        "fields": { "count": { "to": "numberResults", "min": 1, "max": 4, "default": 1 } }
      }
    }"#;

    const MODEL: &str = r#"{
      "name": "Paint 1", "kind": "image", "workflows": ["text-to-image"],
      "source": "https://lab.example/paint", "since": "2026-01-01", "dated_by": "page",
      "default_ratio": "1:1"
    }"#;

    const OFFER: &str = r#"{
      "lab": "acme", "vendor_id": "acme:paint@1",
      "revisions": [{
        "since": "2026-01-01", "dated_by": "page", "source": "https://vendor.example/paint",
        "fields": {
          "prompt": { "to": "positivePrompt", "required": true },
          "references.images": { "to": "inputs.referenceImages" },
          "sequential_count": { "to": "settings.maxSequentialImages", "min": 1, "max": 15 }
        }
      }]
    }"#;

    fn catalog() -> Catalog {
        let files = [
            ("runware/provider.json", PROVIDER),
            ("models/acme/paint-1.json", MODEL),
            ("runware/paint-1.json", OFFER),
        ];
        Catalog::new(files.map(|(path, text)| (path.to_owned(), Cow::Borrowed(text))))
    }

    /// The text of a body; what is not in memory as `<kind length>`.
    fn text(body: &Body) -> String {
        let mut text = String::new();
        for segment in body.segments() {
            match segment {
                Segment::Bytes(bytes) => text.push_str(std::str::from_utf8(bytes).unwrap()),
                Segment::Base64(inner) => write!(text, "<base64 of {}>", inner.len()).unwrap(),
                other => write!(text, "<{} bytes>", other.len()).unwrap(),
            }
        }
        text
    }

    /// The body of as many calls as `request` becomes, each with its own wiring, in `pieces`
    /// segments; and what the tickets say is to come.
    fn check(
        request: &Request,
        wirings: &[Wiring],
        pieces: usize,
        expected: &Value,
        results: &[(u64, u64)],
    ) {
        let catalog = catalog();
        let offer = catalog.offer("runware/paint-1").unwrap();
        let context = Context::new(TaskKey::given(Uuid::from_u128(7)));
        let translation = offer.translate(request, &Policy::default(), &context).unwrap();
        let call = |at: u64| match wirings.get(usize::try_from(at).unwrap()) {
            Some(wiring) => translation.payload(at).wired(wiring),
            None => translation.payload(at),
        };
        let payloads: Vec<Payload<'_>> = (0..translation.calls()).map(call).collect();
        let http = submit(BASE, &payloads).unwrap();
        assert_eq!((http.method, http.url.as_str(), http.auth), ("POST", BASE, Some(AUTH)));
        assert_eq!(http.body.segments().len(), pieces);
        let body: Value = serde_json::from_str(&text(&http.body)).unwrap();
        assert_eq!(shortened(&body), *expected);
        let tickets = super::tickets(&payloads);
        let found: Vec<_> = tickets.iter().map(|one| (one.results, one.most)).collect();
        assert_eq!(found, results);
        let ids: Vec<_> = tickets.iter().map(|one| json!(one.id)).collect();
        let sent: Vec<_> = body.as_array().unwrap().iter().map(|one| &one["taskUUID"]).collect();
        assert_eq!(ids.iter().collect::<Vec<_>>(), sent);
    }

    /// The tasks without what all of them have.
    fn shortened(body: &Value) -> Value {
        let mut body = body.clone();
        for task in body.as_array_mut().unwrap() {
            let task = task.as_object_mut().unwrap();
            let all = [
                ("taskType", "imageInference"),
                ("deliveryMethod", "async"),
                ("model", "acme:paint@1"),
                ("positivePrompt", "a boat"),
            ];
            for (key, value) in all {
                assert_eq!(task.remove(key), Some(json!(value)));
            }
            assert!(task.remove("taskUUID").is_some());
        }
        body
    }

    #[test]
    fn one_payload_is_an_array_too() {
        check(&Request::image("a boat"), &[], 1, &json!([{}]), &[(1, 1)]);
    }

    #[test]
    fn several_payloads_share_one_body_in_one_piece() {
        let mut request = Request::image("a boat");
        request.count = Some(6);
        request.sequential_count = Some(3);
        let sequence = json!({ "maxSequentialImages": 3 });
        let task = |count: u64| json!({ "numberResults": count, "settings": sequence });
        check(&request, &[], 1, &json!([task(4), task(2)]), &[(4, 12), (2, 6)]);
    }

    fn with_image() -> Request {
        let mut request = Request::image("a boat");
        request.references.images = vec![Media::bytes(&b"PNG"[..], "image/png")];
        request
    }

    fn inlined() -> Wiring {
        let mut wiring = Wiring::default();
        let place = wiring.inline(Body::bytes("PNG").into_base64());
        wiring.set(Leaf::Images, 0, place);
        wiring
    }

    #[test]
    fn an_inlined_medium_is_never_held() {
        let expected = json!([{ "inputs": { "referenceImages": ["<base64 of 3>"] } }]);
        check(&with_image(), &[inlined()], 3, &expected, &[(1, 1)]);
    }

    #[test]
    fn each_payload_has_the_media_of_its_own_wiring() {
        let mut request = with_image();
        request.count = Some(6);
        let id = "0b7c9a52-6d0e-4e0b-9f7e-2f6a1f0f3c11";
        let mut uploaded = Wiring::default();
        uploaded.set(Leaf::Images, 0, id);
        let task = |count: u64, image: &str| {
            let inputs = json!({ "referenceImages": [image] });
            json!({ "numberResults": count, "inputs": inputs })
        };
        let expected = json!([task(4, "<base64 of 3>"), task(2, id)]);
        check(&request, &[inlined(), uploaded], 3, &expected, &[(4, 4), (2, 2)]);
    }

    #[test]
    fn a_poll_names_every_job_and_its_text_cannot_leave_its_quotes() {
        let ids = ["a", "../b?c#d", "\"}],x"];
        let ticket = |id: &str| Ticket { id: id.to_owned(), results: 1, most: 1 };
        let http = poll(BASE, &ids.map(ticket));
        assert_eq!((http.method, http.url.as_str()), ("POST", BASE));
        let body: Value = serde_json::from_slice(http.body.as_bytes().unwrap()).unwrap();
        let task = |id: &str| json!({ "taskType": "getResponse", "taskUUID": id });
        assert_eq!(body, Value::from(ids.map(task).to_vec()));
    }

    #[test]
    fn a_poll_of_nothing_is_an_empty_array() {
        assert_eq!(poll(BASE, &[]).body.as_bytes(), Some(&b"[]"[..]));
    }
}
