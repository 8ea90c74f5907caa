//! Assets of one vendor at another: copied where it is allowed and the holder gives them out.

use genmux::{ErrorKind, Request, RowOutcome, RunOptions};

use crate::list::List;
use crate::stage::{Stage, fetch};
use crate::upload::{arrived, provider, rejected, with_images};

pub(crate) fn trials(list: &mut List) {
    if list.subject.name != "scenario" {
        list.add("copy::the_asset_of_another_vendor_is_copied_where_it_is_allowed", copied);
        list.add("copy::an_asset_that_cannot_be_copied_costs_nothing", not_copied);
    }
}

/// A picture that the lender made, at home at the other vendor.
async fn copied(stage: Stage) {
    let client = stage.client();
    let lender = client.provider("scenario/dreamina-3.1").unwrap();
    let request = Request::from_json(br#"{"prompt": "a boat", "size": "512x512"}"#).unwrap();
    let made = lender.run(&request, &RunOptions::default()).await.unwrap();
    let asset = made.artifacts[0].asset.clone().unwrap();
    let lent = fetch(&made.artifacts[0].url).await;

    let request = with_images(&stage, vec![asset.parse().unwrap()]);
    let options = RunOptions { copy_from: client.lenders().unwrap(), ..RunOptions::default() };
    let provider = provider(&stage);
    let preview = provider.translate(&request, &options).unwrap();
    let row = preview.ledger.iter().find(|row| row.field == "references.images").unwrap();
    assert_eq!(
        (row.outcome, row.note.as_deref()),
        (RowOutcome::Converted, Some("copied when run"))
    );
    provider.submit(&request, &options).await.unwrap();
    let jobs = stage.look("jobs").await;
    let mut inputs = jobs.iter().filter_map(|job| job["input"].pointer(stage.subject.references));
    let sent = inputs.next().unwrap()[0].as_str().unwrap();
    let (mime, found) = arrived(&stage, sent, "references.images-0.jpg").await;
    assert!(found == lent, "{mime}, {} bytes", found.len());
}

async fn not_copied(stage: Stage) {
    let options =
        RunOptions { copy_from: stage.client().lenders().unwrap(), ..RunOptions::default() };
    let request = with_images(&stage, vec!["scenario:asset_nobodys".parse().unwrap()]);
    let failed = provider(&stage).submit(&request, &options).await.unwrap_err();
    let error = failed.failed().unwrap();
    assert_eq!(error.kind, ErrorKind::NotFound, "{error}");
    assert!(error.message.contains("references.images[0]: scenario holds no asset"), "{error}");
    assert!(!error.may_have_been_charged());
    // Runware hands out no asset, whatever is allowed.
    let foreign = match stage.subject.name {
        "runware" => "replicate:gm3qorzdhgbfurvjtvhg6dckhu",
        _ => "runware:c64351d5-4c59-42f7-95e1-eace013eddab",
    };
    let request = with_images(&stage, vec![foreign.parse().unwrap()]);
    let failed = provider(&stage).submit(&request, &options).await.unwrap_err();
    rejected(&failed, "references.images");
    assert_eq!(stage.calls("submit").await, 0);
}
