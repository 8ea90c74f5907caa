//! Real comparisons for the tests of the renderings.

use genmux::{Catalog, Context, Kind, Mode, Offer, Request};
use serde_json::Value;

use super::{Column, Comparison};

pub(super) const STORYBOARD: &str = r#"{"kind":"image","prompt":"[Image1] in four scenes of one rainy night, 雨の夜 🌧️","aspect_ratio":"16:9","references":{"images":["https://example.com/hero.png","https://example.com/style.png?sig=SECRET"]},"sequential_count":4,"seed":42}"#;

pub(super) const VIDEO: &str = r#"{"prompt":"a paper boat in the rain","size":"640x480","frames":{"first":"https://example.com/first.png"},"duration":8.5,"seed":1,"camera_fixed":true,"generate_audio":false}"#;

/// Everything that could break out of a cell, a fence, an element or a line.
pub(super) const HOSTILE: &str = r#"{"kind":"image","prompt":"</script><img src=x onerror=alert(1)> \u001b[31m\u009b2J | pipe ```` fence\n# @team \u202e","references":{"images":["https://example.com/a|b<c>`.png"]},"seed":7,"count":3,"provider_options":{"runware":{"x|y<b>\u001b":"`a`|\n<script>"},"scenario":{"k\u0007":"</pre>-->"},"replicate":{"a.b":"日本語の長いプロンプト日本語の長いプロンプト"}}}"#;

/// An image sequence with references over all image offers.
pub(super) fn storyboard() -> Comparison {
    comparison(STORYBOARD)
}

/// A video over all video offers.
pub(super) fn video() -> Comparison {
    comparison(VIDEO)
}

pub(super) fn hostile() -> Comparison {
    comparison(HOSTILE)
}

/// A request over all offers of its kind.
pub(super) fn comparison(json: &str) -> Comparison {
    let (request, context) = read(json);
    let kind = request.kind().unwrap_or(Kind::Image);
    let offers = Catalog::embedded().offers().unwrap();
    let columns = offers.iter().filter(|offer| offer.kind() == kind);
    let columns = columns.map(|offer| gentlest(offer, &request, &context)).collect();
    Comparison { request: serde_json::to_value(&request).unwrap(), columns }
}

/// A request at one offer, under the gentlest policy that it accepts.
pub(super) fn column_of(offer: &str, json: &str) -> Comparison {
    let (request, context) = read(json);
    let offer = Catalog::embedded().offer(offer).unwrap();
    let columns = vec![gentlest(&offer, &request, &context)];
    Comparison { request: serde_json::to_value(&request).unwrap(), columns }
}

pub(super) fn column_with(offer: &str, json: &str, policy: &str) -> Column {
    let (request, context) = read(json);
    let mode = Mode::ALL.into_iter().find(|mode| mode.name() == policy).unwrap();
    column(&Catalog::embedded().offer(offer).unwrap(), &request, &context, mode)
}

fn read(json: &str) -> (Request, Context) {
    let request = Request::from_json(json.as_bytes()).unwrap();
    let context = genmux::context(&request);
    (request, context)
}

fn gentlest(offer: &Offer, request: &Request, context: &Context) -> Column {
    let mut columns = Mode::ALL.into_iter().map(|mode| column(offer, request, context, mode));
    let strict = columns.next().unwrap();
    if strict.is_accepted() { strict } else { columns.find(Column::is_accepted).unwrap_or(strict) }
}

fn column(offer: &Offer, request: &Request, context: &Context, mode: Mode) -> Column {
    let mut column = Column {
        offer: offer.name().to_owned(),
        title: offer.title().to_owned(),
        revision: offer.revision().to_string(),
        retired_on: offer.retired_on().map(|day| day.to_string()),
        policy: mode.name().to_owned(),
        calls: 0,
        expect: None,
        ledger: Vec::new(),
        violations: Vec::new(),
        payload: None,
    };
    match offer.translate(request, &mode.into(), context) {
        Ok(translation) => {
            column.calls = translation.calls();
            column.expect = Some(translation.expect());
            column.ledger = translation.ledger();
            column.payload =
                Some(serde_json::to_value(translation.payload(0)).unwrap_or(Value::Null));
        }
        Err(rejection) => {
            column.ledger = rejection.ledger(request, context);
            column.violations = rejection.violations().to_vec();
        }
    }
    column
}
