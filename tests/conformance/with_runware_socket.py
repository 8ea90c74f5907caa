"""PyPI `runware-sdk` over its default transport, the socket, against the sandbox."""

import asyncio
import base64
import uuid
from contextlib import asynccontextmanager

from runware import Runware, RunwareError

import sandbox
from sandbox import fault, faults, fetch, passed

# Named with their type, since the SDK would fetch a list from its vendor otherwise.
IMAGE = {
    "taskType": "imageInference", "model": "bytedance:5@0", "positivePrompt": "a paper boat",
    "width": 1024, "height": 1024, "outputFormat": "PNG",
}
VIDEO = {
    "taskType": "videoInference", "model": "bytedance:2@1", "positivePrompt": "a paper boat",
    "duration": 1.2, "resolution": "480p",
}


@asynccontextmanager
async def client(key="a-key"):
    url = sandbox.URL.replace("http", "ws", 1)
    options = {"timeout": 15_000, "poll_timeout": 20_000, "retry_delay": 10}
    async with Runware(api_key=key, ws_base_url=url, **options) as made:
        yield made


async def error(task, **how):
    """The error that a call gives; a wrong key is one of connecting already."""
    try:
        async with client(**how) as runware:
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
        now = {**IMAGE, "deliveryMethod": "sync"}
        items = await runware.run({**now, "numberResults": 2})
        assert len({item["imageUUID"] for item in items}) == 2, items
        passed("two synchronous images come frame by frame")
        assert len(await runware.run({**now, "settings": {"maxSequentialImages": 3}})) == 3
        assert len(await runware.run({**IMAGE, "settings": {"maxSequentialImages": 3}})) == 3
        passed("a sequence comes whole")
        [clip] = await runware.run(VIDEO)
        fetch(clip["videoURL"], "video/mp4")
        passed("a video is polled and downloaded")
        made = await asyncio.gather(*(runware.run({**now, "seed": seed}) for seed in range(4)))
        assert [[item["seed"] for item in items] for items in made] == [[0], [1], [2], [3]], made
        passed("four tasks share the socket, and each gets its own")


async def errors():
    before = sandbox.charges()
    for task, key, code, parameter in [
        ({**VIDEO, "duration": 99}, "a-key", "validation", "duration"),
        ({**VIDEO, "model": "bytedance:9@9"}, "a-key", "validation", "model"),
        ({**IMAGE, "deliveryMethod": "sync", "width": 7}, "a-key", "validation", None),
        (VIDEO, "invalid-key", "auth", None),
        (VIDEO, "no-credit", "quota", None),
        (VIDEO, "no-plan", "auth", None),
    ]:
        raised = await error(task, key=key)
        assert raised.code == code, (code, raised)
        assert parameter in (None, raised.parameter), (parameter, raised)
        passed(f"{raised} is {code}"[:80])
    faults(fault("submit", "throttle", seconds=1))
    assert (await error(VIDEO)).code == "rateLimit"
    passed("a full queue is rateLimit")
    assert sandbox.charges() == before
    passed("what is refused costs nothing")
    async with client() as runware:
        bad, good = {**VIDEO, "duration": 99}, {**IMAGE, "deliveryMethod": "sync"}
        found = await asyncio.gather(
            runware.run(bad), runware.run(good), return_exceptions=True,
        )
    assert isinstance(found[0], RunwareError) and len(found[1]) == 1, found
    passed("an error reaches its own task only")


async def failures():
    for code, category in [("invalidProviderContent", "safety"), ("taskFailed", "provider")]:
        faults(fault("submit", "fail_job", code=code, message="it failed"))
        raised = await error(VIDEO)
        assert (raised.code, raised.message) == (category, "it failed"), raised
        passed(f"a job that fails with {code} is {category}")


async def broken():
    for kind in ["reset_before", "reset_after"]:
        before = sandbox.charges()
        faults(fault("submit", kind))
        async with client() as runware:
            [clip] = await runware.run(VIDEO)
        fetch(clip["videoURL"], "video/mp4")
        assert sandbox.charges() == before + 1
        passed(f"{kind} at the submit: the session goes on, and one is paid")
    faults(fault("poll", "reset_before"))
    async with client() as runware:
        [clip] = await runware.run(VIDEO)
    passed("reset_before at a poll: the session goes on")


async def uploads():
    media = "data:image/png;base64," + base64.b64encode(sandbox.png()).decode()
    async with client() as runware:
        [stored] = await runware.media_storage({"operation": "upload", "media": media})
        assert fetch(stored["mediaURL"], "image/png") == sandbox.png()
        inputs = {"referenceImages": [stored["mediaUUID"]]}
        [made] = await runware.run({**IMAGE, "inputs": inputs})
        fetch(made["imageURL"], "image/png")
        passed("stored media is a reference")
        await runware.media_storage({"operation": "delete", "mediaUUID": stored["mediaUUID"]})
        assert sandbox.call("GET", stored["mediaURL"])[0] == 404
        passed("stored media is deleted")
        [old] = await runware.image_upload({"image": media})
        assert uuid.UUID(old["imageUUID"]) and fetch(old["imageURL"], "image/png")
        passed("the older upload works")
        [details] = await runware.account_management({"operation": "getDetails"})
        assert details["balance"]["currency"] == "USD", details
        passed("the account is told")


async def main():
    faults()
    for part in [results, errors, failures, broken, uploads]:
        await part()


asyncio.run(main())
