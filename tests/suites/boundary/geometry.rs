//! The three ways of naming a size: words, tables, free sides.

use genmux::Resolution;
use serde_json::{Value, json};

use crate::areas::{Areas, unit};
use crate::case::{Case, Expected, Probe, Refusal, accepted, refused};
use crate::limit::{Limit, around, exact_step, other_side, put, words_of};

/// Words of `aspect_ratio` and `resolution`, and words that are none of them.
pub(crate) fn words(limit: &Limit<'_>) -> Vec<Case> {
    let taken = words_of(limit.value);
    let mut cases = Vec::new();
    for (word, wire) in &taken {
        let sent = Probe::Wire(limit.wires().remove(0), wire.clone());
        cases.push(limit.set(&format!("on-{word}"), json!(word), Expected::Accepted(vec![sent])));
    }
    for word in outside(limit) {
        let expected = refused(limit.field, "not_accepted", &[word]);
        cases.push(limit.set(&format!("outside-{word}"), json!(word), expected));
    }
    cases
}

fn outside(limit: &Limit<'_>) -> Vec<&'static str> {
    let subject = limit.subject;
    if limit.field == "resolution" {
        let known = tiers_of(limit);
        let names = Resolution::ALL.iter().map(|tier| tier.name());
        return names.filter(|tier| !known.contains(&(*tier).to_owned())).collect();
    }
    let taken = words_of(limit.value);
    // Free sides take every ratio that fits; those that do not stand under tiers.
    let free = subject.attribute("size", "width").is_some();
    let fixed = ["5:4", "2:1"].into_iter().filter(|_| !free);
    fixed.chain(["auto"]).filter(|word| !taken.iter().any(|(taken, _)| taken == word)).collect()
}

/// Every tier that the offer can be asked for.
fn tiers_of(limit: &Limit<'_>) -> Vec<String> {
    let subject = limit.subject;
    let words = subject.attribute("resolution", "words").map(words_of).unwrap_or_default();
    let mut tiers: Vec<String> = words.into_iter().map(|(word, _)| word).collect();
    if subject.is_wired("size") {
        tiers.extend(table_of(limit).into_iter().map(|entry| entry.tier));
        tiers.extend(
            subject.attribute("size", "tiers").map(crate::limit::strings).into_iter().flatten(),
        );
    }
    tiers
}

struct Entry {
    tier: String,
    ratio: String,
    size: String,
}

fn table_of(limit: &Limit<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (tier, sizes) in limit.subject.spec["sizes"].as_object().into_iter().flatten() {
        for (ratio, size) in sizes.as_object().into_iter().flatten() {
            let size = size.as_str().unwrap_or_default().to_owned();
            entries.push(Entry { tier: tier.clone(), ratio: ratio.clone(), size });
        }
    }
    entries
}

/// Width and height on the wire.
pub(crate) fn pixels(limit: &Limit<'_>, size: &str) -> Expected {
    let sides = size.split('x').map(|side| side.parse::<u64>().unwrap_or_default());
    let wires = crate::limit::wires(limit.subject, "size");
    let mut probes: Vec<Probe> =
        wires.into_iter().zip(sides).map(|(wire, side)| Probe::Wire(wire, side.into())).collect();
    probes.push(Probe::Expect("size", size.into()));
    Expected::Accepted(probes)
}

/// The offer's own words for a ratio and a tier, if it has both.
fn own_words(limit: &Limit<'_>, ratio: &str, tier: &str) -> Option<Vec<Probe>> {
    let word = |field: &str, word: &str| {
        let words = words_of(limit.subject.attribute(field, "words")?);
        let (_, wire) = words.into_iter().find(|(taken, _)| taken == word)?;
        Some(Probe::Wire(crate::limit::wires(limit.subject, field).remove(0), wire))
    };
    Some(vec![word("aspect_ratio", ratio)?, word("resolution", tier)?])
}

/// A request that names a ratio, a tier or both.
fn named(limit: &Limit<'_>, ratio: Option<&str>, tier: Option<&str>) -> Value {
    let mut request = limit.base();
    for (field, word) in [("aspect_ratio", ratio), ("resolution", tier)] {
        if let Some(word) = word {
            put(&mut request, field, word.into());
        }
    }
    request
}

pub(crate) fn table(limit: &Limit<'_>) -> Vec<Case> {
    let table = table_of(limit);
    let wired = limit.subject.is_wired("size");
    let mut cases = Vec::new();
    for Entry { tier, ratio, size } in &table {
        let words = own_words(limit, ratio, tier);
        let exact = match words {
            _ if wired => pixels(limit, size),
            Some(words) => Expected::Accepted(words),
            None => refused("size", "not_accepted", &[size]),
        };
        cases.push(limit.set(&format!("on-{size}"), json!(size), exact));
        let by_words = own_words(limit, ratio, tier);
        let request = named(limit, Some(ratio), Some(tier));
        let expected = by_words.map_or_else(|| pixels(limit, size), Expected::Accepted);
        cases.push(limit.case(&format!("on-{tier}-{ratio}"), request, expected));
        let (width, height) = size.split_once('x').unwrap_or_default();
        let width = width.parse().unwrap_or(0u32) + 1;
        let near = format!("{width}x{height}");
        let expected = refused("size", "not_accepted", &[&near, size]);
        cases.push(limit.set(&format!("outside-{near}"), json!(near), expected));
    }
    cases.extend(absent_pairs(limit, &table));
    cases.extend(defaults(limit, &table));
    cases
}

/// A known ratio at a known tier that the table does not pair.
fn absent_pairs(limit: &Limit<'_>, table: &[Entry]) -> Vec<Case> {
    let mut cases = Vec::new();
    for Entry { tier, .. } in table {
        for Entry { ratio, .. } in table {
            let paired = table.iter().any(|entry| entry.tier == *tier && entry.ratio == *ratio);
            let name = format!("outside-{tier}-{ratio}");
            let done = cases.iter().any(|case: &Case| case.name.ends_with(&name));
            if !paired && !done && own_words(limit, ratio, tier).is_none() {
                let expected = refused("resolution", "not_accepted", &[tier, ratio]);
                cases.push(limit.case(&name, named(limit, Some(ratio), Some(tier)), expected));
            }
        }
    }
    cases
}

/// A ratio alone takes the lab's default tier, a tier alone its default ratio.
fn defaults(limit: &Limit<'_>, table: &[Entry]) -> Vec<Case> {
    let subject = limit.subject;
    let default = |key: &str| subject.model[key].as_str().unwrap_or_default().to_owned();
    let (tier, ratio) = (default("default_tier"), default("default_ratio"));
    let found = |label: &str, tier: &str| {
        let entry = table.iter().find(|entry| entry.ratio == label && entry.tier == tier);
        entry.map(|entry| pixels(limit, &entry.size))
    };
    let has_word = |field: &str, word: &str| {
        let words = subject.attribute(field, "words").map(words_of).unwrap_or_default();
        words.iter().any(|(taken, _)| taken == word)
    };
    let mut cases = Vec::new();
    for entry in table.iter().filter(|entry| entry.tier == tier) {
        if subject.is_wired("size") && !has_word("aspect_ratio", &entry.ratio) {
            let expected = found(&entry.ratio, &tier).unwrap_or_else(accepted);
            let request = named(limit, Some(&entry.ratio), None);
            cases.push(limit.case(&format!("default-tier-{}", entry.ratio), request, expected));
        }
    }
    for entry in table.iter().filter(|entry| entry.ratio == ratio) {
        if subject.is_wired("size") && !has_word("resolution", &entry.tier) {
            let expected = found(&ratio, &entry.tier).unwrap_or_else(accepted);
            let request = named(limit, None, Some(&entry.tier));
            cases.push(limit.case(&format!("default-ratio-{}", entry.tier), request, expected));
        }
    }
    cases
}

/// One side of a free size; the other lies well inside its own range.
fn side(limit: &Limit<'_>, other: &str, size: impl Fn(u64, u64) -> String) -> Vec<Case> {
    let (_, min, max) = around(limit.value);
    let open = [0, 1].map(|end| limit.value[end].is_null());
    let (other, step) = (|side| other_side(limit.subject, other, side), exact_step(limit.subject));
    let size = |side: u64| size(side, other(side));
    let fits = |side: u64| pixels(limit, &size(side));
    let mut positions = Vec::new();
    if !open[0] {
        let below = refused("size", "below_minimum", &[min - step, min]);
        positions.extend([
            ("on-min", min, fits(min)),
            ("inside-min", min + step, fits(min + step)),
            ("outside-min", min - step, below),
        ]);
    }
    if !open[1] {
        let above = refused("size", "above_maximum", &[max + step, max]);
        positions.extend([
            ("on-max", max, fits(max)),
            ("inside-max", max - step, fits(max - step)),
            ("outside-max", max + step, above),
        ]);
    }
    let case = |(position, side, expected)| limit.set(position, size(side).into(), expected);
    positions.into_iter().map(case).collect()
}

pub(crate) fn width(limit: &Limit<'_>) -> Vec<Case> {
    side(limit, "height", |side, other| format!("{side}x{other}"))
}

pub(crate) fn height(limit: &Limit<'_>) -> Vec<Case> {
    side(limit, "width", |side, other| format!("{other}x{side}"))
}

/// Tiers of free sides: the largest size of exactly the ratio in steps, never cut down.
pub(crate) fn tiers(limit: &Limit<'_>) -> Vec<Case> {
    let mut cases = Vec::new();
    for (ratio, sides) in [("1:1", (1, 1)), ("16:9", (16, 9)), ("4:5", (4, 5))] {
        let unit = unit(limit, sides);
        for tier in Resolution::ALL {
            let (times, name) = ((tier.area() / (unit.0 * unit.1)).isqrt(), tier.name());
            let size = (unit.0 * times, unit.1 * times);
            let expected = match own_words(limit, ratio, name) {
                Some(words) => Expected::Accepted(words),
                None if tiers_of(limit).iter().any(|known| known == name) => {
                    worked_out(limit, size)
                }
                None => refused("resolution", "not_accepted", &[name]),
            };
            let request = named(limit, Some(ratio), Some(name));
            cases.push(limit.case(&format!("{name}-{ratio}"), request, expected));
        }
    }
    cases.extend(ratios_alone(limit));
    cases
}

fn worked_out(limit: &Limit<'_>, (width, height): (u64, u64)) -> Expected {
    let range = |name: &str| {
        limit.beside(name).map_or((1, u64::MAX), |span| {
            let (_, min, max) = around(span);
            (min, max)
        })
    };
    let Areas { least, most } = Areas::of(limit);
    let area = (width * height, (least, most));
    let limits = [(width, range("width")), (height, range("height")), area];
    let mut refusal = Refusal::default();
    for (number, (min, max)) in limits {
        let (kind, bound) = match number {
            number if number > max => ("above_maximum", max),
            number if number < min => ("below_minimum", min),
            _ => continue,
        };
        refusal.violations.insert(("resolution".to_owned(), kind.to_owned()));
        refusal.mentions.extend([number.to_string(), bound.to_string()]);
    }
    let fits = refusal.violations.is_empty();
    if fits { pixels(limit, &format!("{width}x{height}")) } else { Expected::Refused(refusal) }
}

/// A ratio without a word becomes the largest size inside the limits; one that has none is refused.
fn ratios_alone(limit: &Limit<'_>) -> Vec<Case> {
    let most = |name: &str| limit.beside(name).map_or(u64::MAX, |span| around(span).2);
    let (width, height) = unit(limit, (5, 4));
    let by_area = (Areas::of(limit).most / (width * height)).isqrt();
    let times = (most("width") / width).min(most("height") / height).min(by_area);
    let five_four = pixels(limit, &format!("{}x{}", width * times, height * times));
    let none = refused("aspect_ratio", "not_accepted", &["1999:1000"]);
    vec![
        limit.case("ratio-5:4", named(limit, Some("5:4"), None), five_four),
        limit.case("ratio-1999:1000", named(limit, Some("1999:1000"), None), none),
    ]
}
