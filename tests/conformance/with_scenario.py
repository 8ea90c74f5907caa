"""PyPI `scenario-sdk` against the sandbox; every answer is held against the SDK's own types."""

import base64
import json
import time

import scenario_sdk
from scenario_sdk import Scenario

import sandbox
from sandbox import fault, faults, fetch, passed

SEEDREAM = "model_bytedance-seedream-4-editing"
BODY = {"prompt": "a paper boat", "size": "1K", "aspectRatio": "16:9"}


def client(key="a-key", strict=True):
    return Scenario(
        api_key=key, api_secret="a-secret", base_url=sandbox.URL, max_retries=0, timeout=10,
        _strict_response_validation=strict,
    )


def run(**changed):
    """A job that has come to its end."""
    job = client().generate.run_model(SEEDREAM, body={**BODY, **changed}).job
    for _ in range(100):
        if job.status in ("success", "failure", "canceled"):
            return job
        time.sleep(0.05)
        job = client().jobs.retrieve(job.job_id).job
    raise AssertionError(f"not done: {job}")


def error(kind, call):
    """The error that a call gives."""
    try:
        found = call()
    except scenario_sdk.APIStatusError as raised:
        assert isinstance(raised, kind), raised
        return raised
    raise AssertionError(f"no error: {found}")


def results():
    job = run(sequentialImageGeneration="auto", maxImages=2)
    assert (job.status, job.progress) == ("success", 1), job
    assert job.status_history[-1].status == "success", job.status_history
    assert job.billing.cu_cost > 0, job.billing
    assets = client().assets.get_bulk(asset_ids=job.metadata.asset_ids).assets
    assert [asset.id for asset in assets] == job.metadata.asset_ids and len(assets) == 2
    asset = client().assets.retrieve(job.metadata.asset_ids[1]).asset
    sides = (asset.properties.width, asset.properties.height)
    assert (sides, asset.mime_type) == ((1280, 720), "image/jpeg"), asset
    assert len(fetch(asset.url, "image/jpeg")) == asset.properties.size
    passed("a sequence is made, polled and downloaded without credentials")
    assert sandbox.call("GET", asset.url.split("?")[0])[0] == 403
    passed("an address without its signature is refused")


def lists():
    run()
    first = client().jobs.list(page_size=1)
    ids = [job.job_id for job in first]
    assert len(ids) == len(set(ids)) >= 2, ids
    passed("jobs are paged without repeats")
    assert len(list(client().assets.list(page_size=2))) >= 3
    passed("assets are paged")
    models = [model.id for model in client().models.list(privacy="public")]
    assert SEEDREAM in models and list(client().models.list()) == []
    model = client().models.retrieve(SEEDREAM).model
    assert "prompt" in [entry.name for entry in model.inputs], model.inputs
    assert client().models.get_bulk(model_ids=[SEEDREAM]).models[0].id == SEEDREAM
    passed("models are listed and described")


def dry():
    before = sandbox.charges()
    # Strict reading wants a job in the answer, which a dry run does not have.
    lenient = client(strict=False).generate.with_raw_response
    answer = lenient.run_model(SEEDREAM, body=BODY, dry_run="true")
    assert answer.http_response.status_code == 269, answer
    assert answer.parse().creative_units_cost > 0 and sandbox.charges() == before
    passed("a dry run is 269 with a price, and free")


def errors():
    def submit(key="a-key", model=SEEDREAM, **changed):
        return lambda: client(key).generate.run_model(model, body={**BODY, **changed})

    before = sandbox.charges()
    cases = [
        (400, scenario_sdk.BadRequestError, submit(size="8K")),
        (401, scenario_sdk.AuthenticationError, submit(key="invalid-key")),
        (402, scenario_sdk.APIStatusError, submit(key="no-credit")),
        (403, scenario_sdk.PermissionDeniedError, submit(key="no-plan")),
        (404, scenario_sdk.NotFoundError, submit(model="model_none")),
        (404, scenario_sdk.NotFoundError, submit(referenceImages=["asset_none"])),
        (429, scenario_sdk.RateLimitError, submit(key="throttled")),
    ]
    for status, kind, call in cases:
        raised = error(kind, call)
        assert raised.status_code == status and raised.body["reason"], raised
        passed(f"{status} is {kind.__name__}: {raised.body['reason'][:60]}")
    named = error(scenario_sdk.PermissionDeniedError, submit(key="no-plan")).body
    assert named["name"] == "ModelAccessRestrictedError", named
    assert sandbox.charges() == before
    passed("what is refused costs nothing")
    job = client().generate.run_model(SEEDREAM, body=BODY).job
    stop = error(
        scenario_sdk.BadRequestError,
        lambda: client().jobs.trigger_action(job.job_id, action="cancel"),
    )
    assert stop.body["reason"].startswith("Cannot cancel"), stop
    passed("a cancel is refused")


def failures():
    faults(fault("submit", "fail_job", code="moderation", message="it failed"))
    job = run()
    assert (job.status, job.metadata.error) == ("failure", "it failed"), job
    assert job.status_history[-1].status == "failure", job.status_history
    passed("a job that fails tells why in its metadata")


def uploads():
    coded = base64.b64encode(sandbox.png()).decode()
    for image in [coded, "data:image/png;base64," + coded]:
        asset = client().assets.upload(name="a.png", image=image).asset
        assert (asset.source, asset.mime_type) == ("uploaded", "image/png"), asset
        assert fetch(asset.url, "image/png") == sandbox.png()
    passed("a picture is uploaded in one call, bare or as a data URL")
    job = run(referenceImages=[asset.id])
    made = client().assets.retrieve(job.metadata.asset_ids[0]).asset
    assert made.source == "img2img" and made.metadata.reference_images == [asset.id], made
    passed("an asset is a reference")
    client().assets.delete_multiple(asset_ids=[asset.id])
    error(scenario_sdk.NotFoundError, lambda: client().assets.retrieve(asset.id))
    passed("an asset is deleted")


def parts():
    whole = sandbox.png()
    upload = client().uploads.create(
        kind="image", file_name="a.png", content_type="image/png", file_size=len(whole), parts=2,
    ).upload
    assert (upload.status, len(upload.parts)) == ("pending", 2), upload
    half = len(whole) // 2
    for part, piece in zip(upload.parts, [whole[:half], whole[half:]]):
        assert sandbox.call("PUT", part.url, piece)[0] == 200
    done = client().uploads.trigger_action(upload.id, action="complete").upload
    assert done.status in ("validating", "validated", "imported"), done
    upload = client().uploads.retrieve(upload.id).upload
    assert upload.status == "imported" and upload.file_size == len(whole), upload
    asset = client().assets.retrieve(upload.entity_id).asset
    assert fetch(asset.url, "image/png") == whole
    job = client().jobs.retrieve(upload.job_id).job
    assert (job.job_type, job.status) == ("upload", "success"), job
    assert job.metadata.output["entityId"] == asset.id, job.metadata
    passed("an upload in parts becomes an asset")


def addresses():
    job = run()
    asset = client().assets.retrieve(job.metadata.asset_ids[0]).asset
    upload = client().uploads.create(kind="image", url=asset.url).upload
    for _ in range(100):
        if upload.status in ("imported", "failed"):
            break
        time.sleep(0.05)
        upload = client().uploads.retrieve(upload.id).upload
    assert (upload.status, upload.source) == ("imported", "url"), upload
    copy = client().assets.retrieve(upload.entity_id).asset
    assert fetch(copy.url, "image/jpeg") == fetch(asset.url, "image/jpeg")
    passed("an upload is fetched from an address")
    link = client().assets.download.request(asset.id, target_format="png")
    assert fetch(link.url, link.mime_type)
    assert fetch(client().assets.download.request(asset.id).url, "image/jpeg")
    error(
        scenario_sdk.BadRequestError,
        lambda: client().assets.download.request(asset.id, target_format="glb"),
    )
    passed("an asset is downloaded in another format")


def webhooks():
    hooks, receiver = client().projects.webhook_endpoints, sandbox.Receiver()
    made = hooks.create(
        "proj_1", url=receiver.url, enabled_events=["generation.completed"], description="mine",
    ).webhook_endpoint
    assert made.secret and made.enabled, made
    job, (_, body) = receiver.after(run)
    event = json.loads(body)
    assert event["type"] == "generation.completed", event
    assert event["payload"]["job"]["jobId"] == job.job_id, event
    [listed] = hooks.list("proj_1").webhook_endpoints
    assert listed.id == made.id, listed
    changed = hooks.update(made.id, project_id="proj_1", enabled=False).webhook_endpoint
    assert not changed.enabled and changed.description == "mine", changed
    hooks.delete(made.id, project_id="proj_1")
    assert hooks.list("proj_1").webhook_endpoints == []
    passed("a webhook endpoint is registered, called, changed and removed")


faults()
for part in [results, lists, dry, errors, failures, uploads, parts, addresses, webhooks]:
    part()
