"""PyPI `replicate` against the sandbox."""

import io
import os

os.environ["REPLICATE_POLL_INTERVAL"] = "0.1"  # Read when the client is made.

import replicate  # noqa: E402
from replicate.exceptions import ModelError, ReplicateError  # noqa: E402
from replicate.webhook import Webhooks  # noqa: E402

import sandbox  # noqa: E402
from sandbox import fault, faults, fetch, passed  # noqa: E402

MODEL = "bytedance/seedance-2.0-fast"
INPUT = {"prompt": "a paper boat", "duration": 4, "resolution": "480p"}


def client(key="a-key"):
    # This SDK writes `/v1` itself.
    return replicate.Client(api_token=key, base_url=sandbox.URL.removesuffix("/v1"))


def error(key="a-key", model=MODEL, **changed):
    """The error that a create gives."""
    try:
        found = client(key).models.predictions.create(model, input={**INPUT, **changed})
    except ReplicateError as raised:
        return raised
    raise AssertionError(f"no error: {found}")


def results():
    fetch(client().run(MODEL, input=INPUT), "video/mp4")
    passed("run waits and gives a video")
    made = client().models.predictions.create(MODEL, input=INPUT)
    assert (made.status, made.version, made.output) == ("starting", "hidden", None), made
    made.wait()
    assert made.status == "succeeded" and made.completed_at and made.error is None, made
    assert made.metrics["video_output_duration_seconds"] == 4.0, made.metrics
    fetch(made.output, "video/mp4")
    passed("a prediction is created, polled and downloaded")
    by_name = client().predictions.create(version=MODEL, input=INPUT, wait=5)
    assert by_name.status == "processing" and by_name.output, by_name
    passed("a version may be the name of an official model")
    assert client().predictions.cancel(made.id).status == "succeeded"
    passed("a cancel of what is done changes nothing")
    faults(fault("submit", "slow", ms=60_000))
    slow = client().models.predictions.create(MODEL, input=INPUT)
    slow.cancel()
    assert slow.status == "canceled" and slow.completed_at and slow.output is None, slow
    passed("a cancel of what runs is final at once")
    assert made.id in [row.id for row in client().predictions.list()]
    passed("predictions are listed")


def told():
    model = client().models.get(MODEL)
    schemas = model.latest_version.openapi_schema["components"]["schemas"]
    assert schemas["Output"]["format"] == "uri", schemas
    assert model.versions.list().results == []
    assert client().accounts.current().type == "user"
    passed("model, versions and account are told")


def errors():
    before = sandbox.charges()
    bad = error(duration=99, resolution="8K")
    assert (bad.status, bad.title) == (422, "Input validation failed"), bad
    assert "- input.duration: Must be less than or equal to 15\n" in bad.detail, bad
    passed("422 names every field")
    for status, how in [
        (401, {"key": "invalid-key"}),
        (402, {"key": "no-credit"}),
        (429, {"key": "throttled"}),
        (404, {"model": "bytedance/no-such-model"}),
    ]:
        raised = error(**how)
        assert raised.status == status and raised.detail, raised
        passed(f"{status}: {raised.detail[:60]}")
    assert sandbox.charges() == before
    passed("what is refused costs nothing")


def failures():
    text = "The input or output was flagged as sensitive. (E005)"
    faults(fault("submit", "fail_job", code="E005", message=text))
    try:
        client().run(MODEL, input=INPUT, wait=False)
        raise AssertionError("no error")
    except ModelError as raised:
        assert str(raised) == text and raised.prediction.status == "failed", raised
    passed("a job that fails is a ModelError with the vendor's text")
    faults(fault("poll", "throttle", seconds=1))
    made = client().models.predictions.create(MODEL, input=INPUT)
    made.wait()
    assert made.status == "succeeded", made
    passed("a throttled poll is repeated after its Retry-After")


def files():
    kept = client().files.create(io.BytesIO(sandbox.png()), filename="a.png")
    assert (kept.name, kept.content_type) == ("a.png", "image/png"), kept
    assert kept.etag == kept.checksums["md5"] and kept.size == len(sandbox.png()), kept
    assert client().files.get(kept.id).urls == kept.urls
    assert kept.id in [row.id for row in client().files.list()]
    key = {"Authorization": "Bearer a-key"}
    status, headers, body = sandbox.call("GET", kept.urls["get"] + "/download", headers=key)
    assert (status, headers["content-type"], body) == (200, "image/png", sandbox.png())
    passed("a file is kept, read, listed and downloaded")
    assert client().files.delete(kept.id)
    try:
        client().files.get(kept.id)
        raise AssertionError("no error")
    except ReplicateError as raised:
        assert raised.status == 404, raised
    passed("a file is deleted")
    picture = io.BytesIO(sandbox.png())
    made = client().models.predictions.create(MODEL, input={**INPUT, "image": picture})
    assert "/files/" in made.input["image"], made.input
    made.wait()
    assert made.status == "succeeded", made
    passed("a file handle in the input is uploaded first")


def webhooks():
    receiver = sandbox.Receiver()
    hook = {"webhook": receiver.url, "webhook_events_filter": ["completed"]}
    made, (headers, body) = receiver.after(
        lambda: client().models.predictions.create(MODEL, input=INPUT, **hook)
    )
    secret = client().webhooks.default.secret()
    Webhooks.validate(headers=headers, body=body, secret=secret, tolerance=60)
    assert made.id in body and '"succeeded"' in body, body
    passed("a webhook passes the SDK's own validation")


faults()
for part in [results, told, errors, failures, files, webhooks]:
    part()
