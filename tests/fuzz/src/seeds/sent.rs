//! What people send to vendors: payloads, and the calls that carry them.

use genmux::{Offer, Request, Translation, context, http};
use serde_json::{Value, json};

use super::{asked, input, json_files, read, root};
use crate::offers::CATALOG;

/// Does something with the first call of each request that is accepted.
fn each_call(mut each: impl FnMut(&Offer, &Translation<'_>)) {
    for asked in asked() {
        let Ok(request) = Request::from_json(asked.request.to_string().as_bytes()) else {
            continue;
        };
        let Ok(offer) = CATALOG.offer(&asked.offer) else { continue };
        let context = context(&request);
        if let Ok(translation) = offer.translate(&request, &asked.policy.parse().unwrap(), &context)
        {
            each(&offer, &translation);
        }
    }
}

pub(crate) fn payloads() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    each_call(|offer, translation| {
        let payload = translation.payload(0);
        seeds.push(input(offer.name(), serde_json::to_vec(&payload).unwrap()));
        let sent = http(offer, &payload).unwrap();
        seeds.push(input(&sent.url, sent.body.as_bytes().unwrap()));
    });
    for cases in json_files(&root().join("tests/lift")) {
        seeds.extend(cases.as_array().into_iter().flatten().map(|case| {
            let body = case.get("body").or_else(|| case.get("payload")).unwrap_or(case);
            input(case["offer"].as_str().unwrap_or_default(), body.to_string())
        }));
    }
    seeds
}

pub(crate) fn calls() -> Vec<Vec<u8>> {
    let (mut commands, mut entries) = (Vec::new(), Vec::new());
    each_call(|offer, translation| {
        let sent = http(offer, &translation.payload(0)).unwrap();
        let text = String::from_utf8_lossy(sent.body.as_bytes().unwrap()).into_owned();
        let data = json!({ "mimeType": "application/json", "text": text });
        entries.push(json!({ "request": { "method": "POST", "url": sent.url, "postData": data } }));
        commands.push(sent.curl());
    });
    let har = |entries: &[Value]| json!({ "log": { "version": "1.2", "entries": entries } });
    let mut seeds: Vec<String> = commands.iter().step_by(7).cloned().collect();
    seeds.push(commands[..4].join("\n"));
    seeds.extend(
        entries.chunks(20).step_by(3).map(|some| har(&some[..3.min(some.len())]).to_string()),
    );
    seeds.push(read("examples/traffic.jsonl"));
    seeds.extend(SCRIPTS.map(str::to_owned));
    seeds.extend(["call", "curl", "har", "source", "shell/mod"].iter().flat_map(|name| {
        super::replies::literals(&read(&format!("crates/genmux/src/calls/{name}.rs")))
    }));
    seeds.into_iter().map(String::into_bytes).collect()
}

const SCRIPTS: [&str; 6] = [
    "curl 'https://api.runware.ai/v1' -H 'Prefer: wait' --data-raw $'[{\"a\":\"\\u0041\\'\"}]'",
    "curl -s https://a.b/c -d @- <<'EOF' | jq .\n{\"input\": {\"prompt\": \"a\"}}\nEOF\n",
    "X=$(curl \"$BASE/v1\" -d \"{\\\"a\\\": \\\"$(date `id`)\\\"}\"); echo ${X:-(y)}",
    "cat <<< '{}' > f; curl -d @f https://a.b # a remark\ncurl -XPOST -d'{}' https://a.b",
    "curl --json '{\"prompt\": \"'\"$P\"'\"}' https://a.b/models/x/predictions \\\n  -u k:s",
    "\u{feff}curl https://a.b -F file=@a.png; curl https://a.b -d a=1 -d b=2; curl -d",
];
