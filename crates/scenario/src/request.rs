//! The HTTP form of every call but uploads.

use genmux_core::{Auth, Body, HttpRequest, Payload, Ticket, path_segment, write_time};
use serde::ser::Error as _;
use serde_json::{Value, json};

/// Names by the vendor's SDK. A key belongs to one project, so that no call names the project.
pub(crate) const AUTH: Auth = Auth::Basic("SCENARIO_SDK_API_KEY", "SCENARIO_SDK_API_SECRET");

pub(crate) fn submit(base: &str, payloads: &[Payload<'_>]) -> serde_json::Result<HttpRequest> {
    let [payload] = payloads else {
        return Err(serde_json::Error::custom("a submission holds exactly one payload"));
    };
    generate(model(base, payload.vendor_id()), payload)
}

pub(crate) fn price(base: &str, payload: &Payload<'_>) -> serde_json::Result<HttpRequest> {
    generate(dry(&model(base, payload.vendor_id())), payload)
}

/// The payload is the whole body.
fn generate(url: String, payload: &Payload<'_>) -> serde_json::Result<HttpRequest> {
    Ok(HttpRequest::post(url, AUTH, payload.body("", "")?))
}

fn model(base: &str, vendor_id: &str) -> String {
    format!("{base}/generate/custom/{}", path_segment(vendor_id))
}

/// Only the query counts: `dryRun` in the body is ignored and a paid job starts (seen live by the
/// vendor's plugin for Blender, 2026).
fn dry(url: &str) -> String {
    format!("{url}?dryRun=true")
}

pub(crate) fn poll(base: &str, tickets: &[Ticket]) -> HttpRequest {
    let id = tickets.first().map_or("", |ticket| &ticket.id);
    get(format!("{base}/jobs/{}", path_segment(id)))
}

/// Jobs of the key's project, generations and uploads alike: `createdAfter` refuses company by any
/// filter of types or states (`scenario-sdk` 2.4.0), and at most 100 come at once. No source says
/// whether it includes the moment that it names.
pub(crate) fn recent(base: &str, since: i64, page: Option<&str>) -> HttpRequest {
    let since = write_time(since.saturating_sub(1));
    let page = page.map(|token| format!("&paginationToken={}", path_segment(token)));
    let page = page.unwrap_or_default();
    get(format!("{base}/jobs?createdAfter={since}&pageSize=100{page}"))
}

pub(crate) fn cancel(base: &str, id: &str) -> HttpRequest {
    post(format!("{base}/jobs/{}/action", path_segment(id)), &json!({"action": "cancel"}))
}

/// At most 200 ids in one call; a job makes at most some 15.
pub(crate) fn assets(base: &str, ids: &[String]) -> Option<HttpRequest> {
    let url = format!("{base}/assets/get-bulk");
    (!ids.is_empty()).then(|| post(url, &json!({"assetIds": ids})))
}

pub(crate) fn get(url: String) -> HttpRequest {
    HttpRequest::new("GET", url, AUTH)
}

pub(crate) fn post(url: String, body: &Value) -> HttpRequest {
    HttpRequest::post(url, AUTH, Body::bytes(body.to_string()))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use genmux_core::{Adapter, Catalog, Context, Policy, Request, TaskKey, Translation};

    use super::*;
    use crate::Scenario;

    const BASE: &str = "https://api.example/v1";

    const PROVIDER: &str = r#"{
      "name": "Scenario", "base_url": "https://api.example/v1", "media": ["asset"],
      "source": "https://vendor.example/api", "since": "2026-01-01", "dated_by": "page"
    }"#;

    const MODEL: &str = r#"{
      "name": "Boat 1", "kind": "image", "workflows": ["text-to-image"],
      "source": "https://lab.example/boat", "since": "2026-01-01", "dated_by": "page"
    }"#;

    const OFFER: &str = r#"{
      "lab": "acme", "vendor_id": "model_a/../b?c",
      "revisions": [{
        "since": "2026-01-01", "dated_by": "page", "source": "https://vendor.example/boat",
        "fields": {
          "prompt": { "to": "prompt", "required": true },
          "references.images": { "to": "referenceImages" }
        }
      }]
    }"#;

    /// Runs a test on the translation of a request.
    fn with<T>(request: &Value, test: impl FnOnce(&Translation<'_>) -> T) -> T {
        let files = [
            ("scenario/provider.json", PROVIDER),
            ("models/acme/boat-1.json", MODEL),
            ("scenario/boat-1.json", OFFER),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), Cow::Borrowed(text)));
        let offer = Catalog::new(files).offer("scenario/boat-1").unwrap();
        let request = Request::from_json(request.to_string().as_bytes()).unwrap();
        let context = Context::new(TaskKey::derived(b"key"));
        test(&offer.translate(&request, &Policy::default(), &context).unwrap())
    }

    #[track_caller]
    fn check(http: &HttpRequest, call: &str, body: &str) {
        assert_eq!(format!("{} {}", http.method, http.url), call);
        assert_eq!(http.auth, Some(AUTH));
        assert_eq!(std::str::from_utf8(http.body.as_bytes().unwrap()).unwrap(), body);
        let content_type = (!body.is_empty()).then_some("application/json");
        assert_eq!(http.content_type.as_deref(), content_type);
    }

    fn ticket(id: &str) -> Ticket {
        Ticket { id: id.to_owned(), results: 1, most: 1 }
    }

    #[test]
    fn a_submission_is_the_flat_payload() {
        let request = json!({
            "prompt": "a boat", "references": {"images": ["scenario:asset_1"]}
        });
        let http = with(&request, |it| submit(BASE, &[it.payload(0)]).unwrap());
        check(
            &http,
            "POST https://api.example/v1/generate/custom/model_a%2F..%2Fb%3Fc",
            r#"{"prompt":"a boat","referenceImages":["asset_1"]}"#,
        );
    }

    #[test]
    fn a_dry_run_is_asked_for_in_the_query() {
        let http = with(&json!({"prompt": "a boat"}), |it| {
            Scenario.price(BASE, &it.payload(0)).unwrap().unwrap()
        });
        check(
            &http,
            "POST https://api.example/v1/generate/custom/model_a%2F..%2Fb%3Fc?dryRun=true",
            r#"{"prompt":"a boat"}"#,
        );
    }

    #[test]
    fn a_submission_holds_one_payload() {
        assert!(submit(BASE, &[]).is_err());
        let two = json!({"prompt": "a boat"});
        assert!(with(&two, |it| submit(BASE, &[it.payload(0), it.payload(0)]).is_err()));
    }

    #[test]
    fn nothing_is_said_about_a_deadline() {
        let minute = std::time::Duration::from_mins(1);
        let http = with(&json!({"prompt": "a boat"}), |it| {
            Scenario.submit(BASE, &[it.payload(0)], Some(minute)).unwrap()
        });
        assert_eq!(http.body.as_bytes(), Some(&br#"{"prompt":"a boat"}"#[..]));
        assert!(http.headers.is_empty());
    }

    #[test]
    fn a_job_is_polled_by_its_id() {
        check(&poll(BASE, &[ticket("job_1")]), "GET https://api.example/v1/jobs/job_1", "");
    }

    #[test]
    fn an_id_stays_one_segment() {
        let http = poll(BASE, &[ticket("../me?a=b#c")]);
        check(&http, "GET https://api.example/v1/jobs/..%2Fme%3Fa%3Db%23c", "");
        let http = cancel(BASE, "..");
        let call = "POST https://api.example/v1/jobs/%00../action";
        check(&http, call, r#"{"action":"cancel"}"#);
    }

    #[test]
    fn a_poll_without_a_job_does_not_panic() {
        check(&poll(BASE, &[]), "GET https://api.example/v1/jobs/", "");
    }

    #[test]
    fn a_cancel_names_its_action() {
        let http = Scenario.cancel(BASE, &ticket("job_1")).unwrap();
        let call = "POST https://api.example/v1/jobs/job_1/action";
        check(&http, call, r#"{"action":"cancel"}"#);
    }

    #[test]
    fn assets_are_read_together() {
        let ids = ["asset_1", "a\"/../b"].map(str::to_owned);
        let body = r#"{"assetIds":["asset_1","a\"/../b"]}"#;
        let call = "POST https://api.example/v1/assets/get-bulk";
        check(&assets(BASE, &ids).unwrap(), call, body);
    }

    #[test]
    fn no_assets_are_no_call() {
        assert!(assets(BASE, &[]).is_none());
    }

    #[test]
    fn recent_jobs_are_those_since_a_moment() {
        let call = "GET https://api.example/v1/jobs?createdAfter=2026-11-20T00:00:00.006Z\
                    &pageSize=100";
        check(&recent(BASE, 1_795_132_800_007, None), call, "");
        let call = format!("{call}&paginationToken=a%26b%3D%2F");
        check(&recent(BASE, 1_795_132_800_007, Some("a&b=/")), &call, "");
    }
}
