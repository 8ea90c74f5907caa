//! What vendors answer and deliver: the recorded bodies that lie in the tests of each adapter.

use serde_json::Value;

use super::{input, read};
use crate::targets::replies::TASKS;

pub(crate) fn replies() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for provider in ["runware", "replicate", "scenario"] {
        for file in ["response", "error", "upload"] {
            let bodies = literals(&read(&format!("crates/{provider}/src/{file}.rs")));
            for (at, body) in bodies.iter().enumerate() {
                let status = [200, 201, 400, 429, 500][at % 5];
                let step = ["start", "parts", "complete", "import"][at % 4];
                let words = format!("{provider} {status} {step}\nretry-after: {at}\n");
                seeds.push(input(&words, body));
                seeds.push(input(&format!("{provider} 200 {step}\n"), body));
            }
        }
    }
    let runware = RUNWARE.iter().map(|body| body.replace("TASK", TASKS[0]));
    seeds.extend(runware.map(|body| input("runware 200 start\n", body)));
    seeds.extend(SCENARIO.iter().map(|body| input("scenario 200 start\n", body)));
    seeds
}

#[cfg(feature = "client")]
pub(crate) fn webhooks() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for provider in ["runware", "replicate", "scenario"] {
        for file in ["webhook", "response"] {
            for body in literals(&read(&format!("crates/{provider}/src/{file}.rs"))) {
                let body = body.replace("TASK", TASKS[0]);
                seeds.push(input(&format!("{provider} signed\n"), &body));
                seeds.push(input(&format!("{provider}\n"), &body));
            }
        }
    }
    let target = "/hook?genmux=runware.k.order-17.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    seeds.push(input(&format!("runware {target}\n"), r#"{"taskUUID":"t1","imageUUID":"a"}"#));
    let headers =
        "webhook-id: m\nwebhook-timestamp: 1700000000\nwebhook-signature: v1,AAAA v1a,x\n";
    seeds.push(input(
        "replicate",
        format!("{headers}\n{{\"id\":\"abc\",\"status\":\"succeeded\"}}"),
    ));
    let scenario = r#"{"payload":{"job":{"jobId":"t1","status":"success"}}}"#;
    seeds.push(input("scenario\n", scenario));
    seeds
}

/// Bodies that stand in a source file: raw strings, and `json!` without variables.
pub(crate) fn literals(source: &str) -> Vec<String> {
    let raw = source.split("r#\"").skip(1).filter_map(|rest| rest.split_once("\"#"));
    let mut found: Vec<String> = raw.map(|(text, _)| text.to_owned()).collect();
    for rest in source.split("json!(").skip(1) {
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        if let Some(Ok(value)) = values.next() {
            found.push(value.to_string());
        }
    }
    found
}

/// Entries that carry the id of a task; the tests of the adapter put theirs together.
const RUNWARE: [&str; 9] = [
    r#"{"data":[{"taskType":"imageInference","taskUUID":"TASK"}]}"#,
    r#"{"data":[{"taskType":"imageInference","taskUUID":"TASK","status":"processing","progress":40}]}"#,
    r#"{"data":[{"taskType":"imageInference","taskUUID":"TASK","status":"success","imageUUID":
        "0c8d6c0a-1c9b-4a3c-9d4f-5f6a7b8c9d0e","imageURL":"https://im.example/a.jpg?sig=ca11ab1e",
        "seed":7,"cost":0.03,"NSFWContent":false}]}"#,
    r#"{"data":[{"taskType":"videoInference","taskUUID":"TASK","status":"success","videoUUID":"v",
        "videoURL":"https://vm.example/a.mp4","imageBase64Data":"iVBORw0KGgo=","cost":"0.5"}],
        "errors":[{"taskUUID":"TASK","code":"timeoutProvider","message":"no \"time\""}]}"#,
    r#"{"data":[],"errors":[{"code":"invalidPixels","message":"not a size","parameter":
        ["width","height"],"taskUUID":"TASK","allowedValues":[1,2],"documentation":"https://d"}]}"#,
    r#"{"errors":[{"code":"conflictTaskUUID","message":"used","taskUUID":"TASK"}]}"#,
    r#"{"errors":[{"taskUUID":"TASK","status":"error","error":{"code":"promptBlocked","message":
        "the prompt \"a boat\" is blocked"}}]}"#,
    r#"{"errors":[{"taskUUID":"TASK","code":"taskFailedOrNotFound","message":"gone"}]}"#,
    r#"{"data":[{"taskType":"mediaStorage","mediaUUID":"0c8d6c0a-1c9b-4a3c-9d4f-5f6a7b8c9d0e"}]}"#,
];

const SCENARIO: [&str; 6] = [
    r#"{"job":{"jobId":"job_1","status":"in-progress","progress":0.5,"metadata":{"assetIds":["a"]}},
        "creativeUnitsCost":7.25}"#,
    r#"{"job":{"jobId":"job_1","status":"success","metadata":{"assetIds":["asset_1"],"error":"x"},
        "billing":{"cuCost":5,"cuCostDetails":{"a":0.75}}}}"#,
    r#"{"job":{"jobId":"job_1","status":"failure","metadata":{"error":"CU reimbursed"}}}"#,
    r#"{"assets":[{"id":"asset_1","url":"https://cdn.example/a.png?sig=1","mimeType":"image/png",
        "kind":"image","status":"success","properties":{"width":1,"height":2.0,"size":3,
        "duration":1.5},"metadata":{"seed":"7"},"nsfw":["x"]}]}"#,
    r#"{"jobs":[{"jobId":"job_1","createdAt":"2026-11-20T10:15:30.123Z","metadata":{"input":
        {"prompt":"a"}}}],"nextPaginationToken":"a/b?c"}"#,
    r#"{"upload":{"id":"upload_1","status":"imported","entityId":"asset_1","parts":[{"number":1,
        "url":"https://s3.example/part?sig=1","expires":"2026"}]}}"#,
];
