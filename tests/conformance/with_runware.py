"""PyPI `runware-sdk` over REST against the sandbox."""

import asyncio
import base64
import uuid
from contextlib import asynccontextmanager

from runware import Runware, RunwareError

import sandbox
from sandbox import fault, faults, fetch, passed

IMAGE = {
    "taskType": "imageInference", "model": "bytedance:5@0", "positivePrompt": "a paper boat",
    "width": 1024, "height": 1024, "outputFormat": "PNG",
}
VIDEO = {
    "taskType": "videoInference", "model": "bytedance:2@1", "positivePrompt": "a paper boat",
    "duration": 1.2, "resolution": "480p",
}


@asynccontextmanager
async def client(key="a-key", retries=0):
    options = {"max_retries": retries, "retry_delay": 10, "poll_timeout": 15_000}
    async with Runware(
        api_key=key, transport="rest", http_base_url=sandbox.URL, timeout=15_000, **options
    ) as made:
        yield made


async def error(task, **how):
    """The error that a call gives."""
    async with client(**how) as runware:
        try:
            found = await runware.run(task)
        except RunwareError as raised:
            return raised
    raise AssertionError(f"no error: {found}")


async def results():
    async with client() as runware:
        items = await runware.run({**IMAGE, "numberResults": 2, "seed": 0, "includeCost": True})
        assert len({item["imageUUID"] for item in items}) == 2, items
        assert items[0]["seed"] == 0 and items[0]["cost"] > 0, items[0]
        for item in items:
            assert sandbox.size_of_png(fetch(item["imageURL"], "image/png")) == (1024, 1024)
        passed("two independent images are polled and downloaded")
        faults(fault("submit", "trickle"))
        items = await runware.run({**IMAGE, "numberResults": 2})
        assert len({item["imageUUID"] for item in items}) == 2, items
        passed("results that are found one by one are all waited for")
        sequence = {**IMAGE, "settings": {"maxSequentialImages": 3}}
        assert len(await runware.run(sequence)) == 3
        passed("a sequence comes whole")
        [clip] = await runware.run(VIDEO)
        fetch(clip["videoURL"], "video/mp4")
        passed("a video is polled and downloaded")
        [now] = await runware.run({**IMAGE, "deliveryMethod": "sync", "outputType": "dataURI"})
        head, coded = now["imageDataURI"].split(",")
        assert head == "data:image/png;base64" and base64.b64decode(coded)[:4] == b"\x89PNG"
        passed("a synchronous image comes as a data URI")


async def old_shape():
    frame = {"inputImage": "https://example.com/a.png", "frame": "first"}
    async with client() as runware:
        old = {"frameImages": [frame], "providerSettings": {"bytedance": {"cameraFixed": True}}}
        [clip] = await runware.run({**VIDEO, **old})
        fetch(clip["videoURL"], "video/mp4")
        passed("the payload of 2025 is taken")


async def errors():
    cases = [
        ({**VIDEO, "duration": 99}, "a-key", 400, "validation", "duration"),
        ({**VIDEO, "model": "bytedance:9@9"}, "a-key", 400, "validation", "model"),
        (VIDEO, "invalid-key", 401, "auth", "apiKey"),
        (VIDEO, "no-credit", 402, "quota", None),
        (VIDEO, "no-plan", 403, "auth", None),
        (VIDEO, "throttled", 429, "rateLimit", None),
    ]
    before = sandbox.charges()
    for task, key, status, code, parameter in cases:
        raised = await error(task, key=key)
        told = (raised.status_code, raised.code, raised.parameter)
        assert told == (status, code, parameter), (told, raised)
        passed(f"{status} is {code}" + (f" of {parameter}" if parameter else ""))
    assert sandbox.charges() == before
    passed("what is refused costs nothing")


async def failures():
    for code, category in [("invalidProviderContent", "safety"), ("taskFailed", "provider")]:
        faults(fault("submit", "fail_job", code=code, message="it failed"))
        raised = await error(VIDEO)
        assert (raised.code, raised.message) == (category, "it failed"), raised
        passed(f"a job that fails with {code} is {category}")


async def retries():
    faults(fault("submit", "status", status=503))
    before = sandbox.charges()
    async with client(retries=1) as runware:
        await runware.run(VIDEO)
    assert sandbox.charges() == before + 1
    passed("a submit after 503 is repeated with the same id, and paid once")
    faults(fault("submit", "reset_after"))
    raised = await error(VIDEO, retries=1)
    assert raised.code == "validation", raised
    assert sandbox.charges() == before + 2
    passed("a submit whose answer was lost is a conflict when repeated, and paid once")


async def uploads():
    media = "data:image/png;base64," + base64.b64encode(sandbox.png()).decode()
    async with client() as runware:
        [stored] = await runware.media_storage({"operation": "upload", "media": media})
        assert fetch(stored["mediaURL"], "image/png") == sandbox.png()
        inputs = {"referenceImages": [stored["mediaUUID"]]}
        [made] = await runware.run({**IMAGE, "inputs": inputs, "deliveryMethod": "sync"})
        fetch(made["imageURL"], "image/png")
        passed("stored media is a reference")
        await runware.media_storage({"operation": "delete", "mediaUUID": stored["mediaUUID"]})
        assert sandbox.call("GET", stored["mediaURL"])[0] == 404
        passed("stored media is deleted")
        [old] = await runware.image_upload({"image": media})
        assert uuid.UUID(old["imageUUID"]) and fetch(old["imageURL"], "image/png")
        passed("the older upload works")


async def account():
    async with client() as runware:
        [details] = await runware.account_management({"operation": "getDetails"})
        assert details["balance"]["currency"] == "USD", details
        assert await runware.get_response({"taskUUID": str(uuid.uuid4())}) == []
        passed("the account is told; an unknown task has no results and no error")


async def main():
    faults()
    for part in [results, old_shape, errors, failures, retries, uploads, account]:
        await part()


asyncio.run(main())
