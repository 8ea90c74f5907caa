//! URLs, headers and bodies of requests.

use std::time::Duration;

use genmux_core::{Auth, Body, HttpRequest, Payload, Ticket, path_segment, write_time};
use serde::ser::Error;

/// The variable that every official client reads.
pub(crate) const AUTH: Auth = Auth::Bearer("REPLICATE_API_TOKEN");

/// Fewest seconds that `Cancel-After` takes (OpenAPI, 2026-03).
const SHORTEST: u64 = 5;

/// A new prediction of an official model.
pub(crate) fn submit(
    base: &str,
    payloads: &[Payload<'_>],
    cancel_after: Option<Duration>,
) -> serde_json::Result<HttpRequest> {
    let [payload] = payloads else {
        let text = format!("a prediction has 1 payload, not {}", payloads.len());
        return Err(serde_json::Error::custom(text));
    };
    let url = format!("{base}/models/{}/predictions", payload.vendor_id());
    let mut http = HttpRequest::post(url, AUTH, prediction_of(payload)?);
    http.headers.extend(cancel_after.map(|after| ("Cancel-After", lifetime(after))));
    Ok(http)
}

/// Counted from the creation, in whole seconds and never less than was asked for.
fn lifetime(after: Duration) -> String {
    let begun = u64::from(after.subsec_nanos() > 0);
    format!("{}s", after.as_secs().saturating_add(begun).max(SHORTEST))
}

/// `{"input": payload}` and what stands beside it, such as the webhook.
fn prediction_of(payload: &Payload<'_>) -> serde_json::Result<Body> {
    payload.body("{\"input\":", &format!("{}}}", payload.envelope().text()?))
}

pub(crate) fn poll(base: &str, tickets: &[Ticket]) -> HttpRequest {
    let id = tickets.first().map_or("", |ticket| ticket.id.as_str());
    HttpRequest::new("GET", prediction(base, id), AUTH)
}

/// A POST without a body or its type, as the vendor's own clients send it.
pub(crate) fn cancel(base: &str, ticket: &Ticket) -> HttpRequest {
    HttpRequest::new("POST", format!("{}/cancel", prediction(base, &ticket.id)), AUTH)
}

/// Predictions of the account, newest first; a page is the query of the address that the vendor
/// gave for it, so that the key goes nowhere but to the base URL.
pub(crate) fn recent(base: &str, since: i64, page: Option<&str>) -> HttpRequest {
    let query = match page {
        Some(query) => query.to_owned(),
        None => format!("created_after={}", write_time(since)),
    };
    HttpRequest::new("GET", format!("{base}/predictions?{query}"), AUTH)
}

fn prediction(base: &str, id: &str) -> String {
    format!("{base}/predictions/{}", path_segment(id))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // A request that cannot be written should stop the test.

    use std::borrow::Cow;

    use genmux_core::{Body, Catalog, Context, Leaf, Offer, Policy, Request, TaskKey, Wiring};

    use super::*;

    const BASE: &str = "http://127.0.0.1:1/replicate/v1";

    const FILES: &[(&str, &str)] = &[
        (
            "replicate/provider.json",
            r#"{"name": "Replicate", "base_url": "https://api.replicate.com/v1",
                "source": "https://vendor.example", "since": "2026-01-01", "dated_by": "page",
                "asset_prefix": "https://api.replicate.com/v1/files/",
                "media": ["https", "data", "asset"],
                "video": {"source": "https://vendor.example", "since": "2026-01-01",
                    "dated_by": "page", "fields": {"delivery.webhook_url":
                        {"to": "webhook", "envelope": true, "forms": "https"}}}}"#,
        ),
        (
            "models/acme/clip-1.json",
            r#"{"name": "Clip 1", "kind": "video", "workflows": ["text-to-video"],
                "source": "https://lab.example", "since": "2026-01-01", "dated_by": "page"}"#,
        ),
        (
            "replicate/clip-1.json",
            r#"{"lab": "acme", "vendor_id": "acme/clip-1.0", "revisions": [{
                "since": "2026-01-01", "dated_by": "page", "source": "https://vendor.example",
                "fields": {"prompt": {"to": "prompt", "required": true},
                    "frames.first": {"to": "image"}}}]}"#,
        ),
    ];

    fn boat() -> Request {
        let mut request = Request::video("a boat");
        request.delivery.webhook_url = Some("https://app.example/hook?job=1".into());
        request
    }

    fn offer() -> Offer {
        let files = FILES.iter().map(|(path, text)| ((*path).to_owned(), Cow::Borrowed(*text)));
        Catalog::new(files).offer("replicate/clip-1").unwrap()
    }

    /// The submission of a request, with media placed as a client would.
    #[track_caller]
    fn wired(request: &Request, wiring: &Wiring, after: Option<Duration>) -> HttpRequest {
        let context = Context::new(TaskKey::derived(b"key"));
        let (offer, policy) = (offer(), Policy::default());
        let translation = offer.translate(request, &policy, &context).unwrap();
        submit(BASE, &[translation.payload(0).wired(wiring)], after).unwrap()
    }

    #[track_caller]
    fn submission(request: &Request, after: Option<Duration>) -> HttpRequest {
        wired(request, &Wiring::default(), after)
    }

    #[track_caller]
    fn check(after: Duration, header: &str) {
        let http = submission(&boat(), Some(after));
        assert_eq!(http.headers, [("Cancel-After", header.to_owned())]);
    }

    #[test]
    fn a_prediction_is_made_by_the_route_of_its_model() {
        let http = submission(&boat(), None);
        assert_eq!((http.method, http.auth), ("POST", Some(AUTH)));
        assert_eq!(http.url, format!("{BASE}/models/acme/clip-1.0/predictions"));
        assert_eq!(http.headers, []);
        assert_eq!(http.content_type.as_deref(), Some("application/json"));
    }

    #[test]
    fn the_payload_stands_in_input_and_the_webhook_beside_it() {
        let http = submission(&boat(), None);
        let body = r#"{"input":{"prompt":"a boat"},"webhook":"https://app.example/hook?job=1"}"#;
        assert_eq!(http.body.as_bytes().unwrap(), body.as_bytes());
    }

    #[test]
    fn nothing_stands_beside_input_that_nobody_asked_for() {
        let http = submission(&Request::video("a boat"), None);
        assert_eq!(http.body.as_bytes().unwrap(), br#"{"input":{"prompt":"a boat"}}"#);
    }

    fn framed(media: &str) -> Request {
        let mut request = Request::video("a boat");
        request.frames.first = Some(media.parse().unwrap());
        request
    }

    #[track_caller]
    fn check_image(media: &str, wiring: &Wiring, image: &str) {
        let body = wired(&framed(media), wiring, None).body;
        let text = std::str::from_utf8(body.as_bytes().unwrap()).unwrap();
        assert!(text.contains(&format!(r#""image":"{image}""#)), "{text}");
    }

    #[test]
    fn media_by_url_go_as_they_are() {
        check_image("https://a.example/b.png", &Wiring::default(), "https://a.example/b.png");
    }

    #[test]
    fn a_file_of_the_vendor_is_named_by_its_url() {
        let url = "https://api.replicate.com/v1/files/NzU0";
        check_image("replicate:NzU0", &Wiring::default(), url);
    }

    #[test]
    fn an_uploaded_medium_stands_in_the_place_of_what_was_given() {
        let mut wiring = Wiring::default();
        wiring.set(Leaf::FirstFrame, 0, "https://api.example/files/1");
        check_image("https://a.example/b.png", &wiring, "https://api.example/files/1");
    }

    #[test]
    fn an_inlined_medium_is_a_segment_of_the_body() {
        let mut wiring = Wiring::default();
        let text = wiring.inline(Body::bytes("data:image/png;base64,AAAA"));
        wiring.set(Leaf::FirstFrame, 0, text);
        let body = wired(&framed("https://a.example/b.png"), &wiring, None).body;
        assert_eq!(body.segments().len(), 3);
    }

    #[test]
    fn debug_of_a_submission_shows_no_prompt() {
        assert!(!format!("{:?}", submission(&boat(), None)).contains("boat"));
    }

    #[test]
    fn a_prediction_has_one_payload() {
        let (request, offer, policy) = (boat(), offer(), Policy::default());
        let context = Context::new(TaskKey::derived(b"key"));
        let translation = offer.translate(&request, &policy, &context).unwrap();
        let two = [translation.payload(0), translation.payload(0)];
        for payloads in [&two[..0], &two[..]] {
            let error = submit(BASE, payloads, None).unwrap_err().to_string();
            assert_eq!(error, format!("a prediction has 1 payload, not {}", payloads.len()));
        }
    }

    #[test]
    fn a_life_is_told_in_whole_seconds() {
        check(Duration::from_secs(90), "90s");
    }

    #[test]
    fn a_life_is_never_shorter_than_asked() {
        check(Duration::from_millis(90_001), "91s");
    }

    #[test]
    fn a_short_life_is_raised_to_what_the_vendor_takes() {
        check(Duration::ZERO, "5s");
        check(Duration::from_millis(4_999), "5s");
    }

    #[test]
    fn an_endless_life_does_not_overflow() {
        check(Duration::MAX, "18446744073709551615s");
    }

    fn ticket(id: &str) -> Ticket {
        Ticket { id: id.into(), results: 1, most: 1 }
    }

    #[test]
    fn a_prediction_is_read_by_its_id() {
        let http = poll(BASE, &[ticket("14m2dc50wnrgp0cjb2ybv46db4")]);
        assert_eq!((http.method, http.auth), ("GET", Some(AUTH)));
        assert_eq!(http.url, format!("{BASE}/predictions/14m2dc50wnrgp0cjb2ybv46db4"));
        assert!(http.body.is_empty() && http.content_type.is_none());
    }

    #[test]
    fn a_prediction_is_stopped_without_a_body() {
        let http = cancel(BASE, &ticket("abc"));
        assert_eq!((http.method, http.auth), ("POST", Some(AUTH)));
        assert_eq!(http.url, format!("{BASE}/predictions/abc/cancel"));
        assert!(http.body.is_empty() && http.content_type.is_none());
    }

    #[test]
    fn an_id_cannot_leave_its_place() {
        for (id, segment) in [
            ("a/b", "a%2Fb"),
            ("..", "%00.."),
            ("a?b=c#d", "a%3Fb%3Dc%23d"),
            ("../../account", "..%2F..%2Faccount"),
            ("ü", "%C3%BC"),
        ] {
            assert_eq!(
                poll(BASE, &[ticket(id)]).url,
                format!("{BASE}/predictions/{segment}"),
                "{id}"
            );
            assert_eq!(
                cancel(BASE, &ticket(id)).url,
                format!("{BASE}/predictions/{segment}/cancel"),
                "{id}"
            );
        }
    }

    #[test]
    fn reading_nothing_does_not_panic() {
        assert_eq!(poll(BASE, &[]).url, format!("{BASE}/predictions/"));
    }

    #[test]
    fn recent_predictions_are_those_since_a_moment() {
        let http = recent(BASE, 1_795_132_800_007, None);
        assert_eq!((http.method, http.auth), ("GET", Some(AUTH)));
        let url = format!("{BASE}/predictions?created_after=2026-11-20T00:00:00.007Z");
        assert_eq!(http.url, url);
    }

    #[test]
    fn the_next_page_is_asked_for_at_the_base_url() {
        let url = recent(BASE, 0, Some("cursor=cD0y&created_after=x")).url;
        assert_eq!(url, format!("{BASE}/predictions?cursor=cD0y&created_after=x"));
    }
}
