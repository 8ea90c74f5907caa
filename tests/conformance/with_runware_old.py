"""PyPI `runware`, the older SDK that knows the socket only, against the sandbox."""

import asyncio
import logging
import os
import tempfile
from contextlib import asynccontextmanager

# Read when the package is imported. It passes over answers to a poll that tell of no result, and
# waits this long on each.
os.environ["RUNWARE_VIDEO_INITIAL_TIMEOUT"] = "2000"
os.environ["RUNWARE_VIDEO_POLLING_DELAY"] = "300"

from runware import (  # noqa: E402
    IBytedanceProviderSettings, IFrameImage, IImageInference, IVideoInference, Runware,
    RunwareAPIError,
)

import sandbox  # noqa: E402
from sandbox import fault, faults, fetch, passed  # noqa: E402

IMAGE = {
    "model": "bytedance:5@0", "positivePrompt": "a paper boat", "width": 1024, "height": 1024,
    "outputFormat": "PNG",
}
VIDEO = {
    "model": "bytedance:2@1", "positivePrompt": "a paper boat", "duration": 5, "width": 864,
    "height": 480,
}


@asynccontextmanager
async def client(key="a-key"):
    url = sandbox.URL.replace("http", "ws", 1)
    runware = Runware(api_key=key, url=url, log_level=logging.CRITICAL)
    await runware.connect()
    try:
        yield runware
    finally:
        await runware.disconnect()


async def results():
    async with client() as runware:
        task = IImageInference(**IMAGE, numberResults=2, seed=0, includeCost=True, checkNsfw=True)
        images = await runware.imageInference(requestImage=task)
        assert len({image.imageUUID for image in images}) == 2, images
        assert {image.seed for image in images} == {0, 1}, images
        for image in images:
            assert sandbox.size_of_png(fetch(image.imageURL, "image/png")) == (1024, 1024)
        passed("two synchronous images come frame by frame")
        accepted = await runware.videoInference(requestVideo=IVideoInference(**VIDEO))
        [clip] = await runware.getResponse(taskUUID=accepted.taskUUID)
        fetch(clip.videoURL, "video/mp4")
        passed("a video is acknowledged, polled and downloaded")


async def old_shape():
    settings = IBytedanceProviderSettings(cameraFixed=True)
    frame = IFrameImage(inputImage="https://example.com/a.png", frame="first")
    task = IVideoInference(**VIDEO, frameImages=[frame], providerSettings=settings)
    async with client() as runware:
        accepted = await runware.videoInference(requestVideo=task)
        [clip] = await runware.getResponse(taskUUID=accepted.taskUUID)
        fetch(clip.videoURL, "video/mp4")
        passed("the payload of 2025 is taken")


async def error(call):
    """The vendor's code of the error that a call gives."""
    try:
        found = await call
    except RunwareAPIError as raised:
        return raised.code
    raise AssertionError(f"no error: {found}")


async def errors():
    before = sandbox.charges()
    async with client() as runware:
        bad = IVideoInference(**{**VIDEO, "duration": 99})
        code = await error(runware.videoInference(requestVideo=bad))
        assert code == "unsupportedDuration", code
        bad = IImageInference(**{**IMAGE, "model": "bytedance:9@9"})
        assert await error(runware.imageInference(requestImage=bad)) == "invalidModel"
    passed("what is out of range has its code")
    async with client("no-credit") as runware:
        task = IImageInference(**IMAGE)
        assert await error(runware.imageInference(requestImage=task)) == "insufficientCredits"
    passed("no credit has its code")
    try:
        async with client("invalid-key") as runware:
            found = await runware.imageInference(requestImage=IImageInference(**IMAGE))
        raise AssertionError(f"no error: {found}")
    except ConnectionError as raised:
        assert "Invalid API key" in str(raised), raised
    passed("a wrong key is said")
    assert sandbox.charges() == before
    passed("what is refused costs nothing")
    faults(fault("submit", "fail_job", code="taskFailed", message="it failed"))
    async with client() as runware:
        task = IImageInference(**IMAGE)
        assert await error(runware.imageInference(requestImage=task)) == "taskFailed"
    passed("a job that fails has its code")


async def uploads():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.png")
        with open(path, "wb") as file:
            file.write(sandbox.png())
        async with client() as runware:
            kept = await runware.uploadImage(path)
            assert fetch(kept.imageURL, "image/png") == sandbox.png()
            passed("a picture is uploaded")
            task = IImageInference(**IMAGE, referenceImages=[kept.imageUUID])
            [made] = await runware.imageInference(requestImage=task)
            fetch(made.imageURL, "image/png")
            passed("what was uploaded is a reference")


async def main():
    faults()
    for part in [results, old_shape, errors, uploads]:
        await part()


asyncio.run(main())
