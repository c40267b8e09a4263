"""What the upload's body promises by itself, and servers that the stand-in cannot be."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import tracemalloc
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from imgur import BadAnswerError, ImgurClient, ImgurError, SourceLengthError, TooLargeError
from imgur._limits import LimitKeeper
from imgur._upload import SourcePayload, upload_form
from imgur.models import RateLimits
from standins.imgur import Standin
from tests.imgur.conftest import Imgur
from tests.imgur.sources import LargeSource, Source
from tests.standins.samples import MP4


class Writer:
    """Takes what aiohttp would send."""

    def __init__(self) -> None:
        self.data = bytearray()

    async def write(self, chunk: bytes) -> None:
        self.data += chunk


@pytest.mark.parametrize("texts", [{}, {"type": "file", "title": "Größe ✓", "description": ""}])
async def test_form_knows_its_exact_length(texts: dict[str, str]) -> None:
    writer = Writer()
    form = upload_form(SourcePayload(Source(name="Käse ✓.png"), lambda: None), "image", texts)
    await form.write(writer)  # type: ignore[arg-type]  # a writer as far as it is used
    assert form.size == len(writer.data)


async def test_answer_is_read_though_the_connection_was_reset_while_the_file_was_sent(
    connect: Callable[..., ImgurClient],
) -> None:
    closed = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = threading.Thread(target=_answer_413_and_reset, args=(listening, closed), daemon=True)
        server.start()

        class Slow(Source):
            async def chunks(self) -> AsyncIterator[bytes]:
                for part in self.parts:
                    yield part
                    closed.wait(10)  # others keep the loop busy meanwhile: it sees the answer and the reset at once

        client = connect(f"http://127.0.0.1:{listening.getsockname()[1]}")
        with pytest.raises(TooLargeError):
            await client.upload(Slow([bytes(10_000)] * 3))
        assert closed.is_set()
        server.join(10)


def _answer_413_and_reset(listening: socket.socket, closed: threading.Event) -> None:
    connection, _ = listening.accept()
    with connection:
        head = b""
        while b"image/png" not in head:
            head += connection.recv(1000)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(b"HTTP/1.1 413 Payload Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    closed.set()


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("hill.jpg", "hill.jpg"),
        ("my hill (1), at night & 100%.jpg", "my hill (1), at night & 100%.jpg"),
        ("\u732b\u306e\u5199\u771f.png", "\u732b\u306e\u5199\u771f.png"),
        ("\U0001f408.gif", "\U0001f408.gif"),
        ('a"; name="b\\;c;d\r\n.png', "a%22%3B name=%22b%5C%3Bc%3Bd%0D%0A.png"),
    ],
)
async def test_a_file_s_name_arrives_as_it_is(name: str, sent: str, standin: Standin, remote: ImgurClient) -> None:
    image = await remote.upload(Source(name=name), video=False)
    (request,) = standin.sent("POST /3/upload*")
    assert [(file.field, file.filename) for file in request.files] == [("image", sent)]
    assert standin.world.images[image.id].name == name


async def test_source_is_read_once_however_often_the_body_is_sent() -> None:
    source, writer = Source(), Writer()
    form = upload_form(SourcePayload(source, lambda: None), "image", {})
    await form.write(writer)  # type: ignore[arg-type]  # a writer as far as it is used
    with pytest.raises(SourceLengthError):
        await form.write(writer)  # type: ignore[arg-type]  # a writer as far as it is used
    assert source.reads == 1
    with pytest.raises(TypeError):
        form.decode()


@pytest.mark.parametrize("status", [307, 308])
async def test_redirected_upload_is_not_sent_on(status: int, connect: Callable[..., ImgurClient]) -> None:
    requests: list[str] = []

    async def redirect(request: web.Request) -> web.Response:
        requests.append(request.path)
        await request.read()
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_post("/{path:.*}", redirect)
    async with TestServer(app) as server:
        with pytest.raises(BadAnswerError):
            await connect(str(server.make_url(""))).upload(Source())
    assert requests == ["/3/upload"]


async def test_refusal_from_a_server_that_reads_no_further_is_told_at_once(connect: Callable[..., ImgurClient]) -> None:
    hung_up = asyncio.Event()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b'{"data":{"error":"file is over the size limit"},"success":false,"status":413}'
        writer.write(b"HTTP/1.1 413 X\r\nContent-Type: application/json\r\n")
        writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        while await reader.read(1024 * 1024):
            pass
        hung_up.set()
        writer.close()

    source = LargeSource(head=MP4, pause=asyncio.Event(), mime_type="video/mp4")
    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(TooLargeError):
            await connect(f"http://127.0.0.1:{port}").upload(source, video=True)
        await hung_up.wait()
    assert source.closed


async def test_large_video_takes_constant_memory(connect: Callable[..., ImgurClient]) -> None:
    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        left = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        while left:
            left -= len(await reader.read(min(left, 64 * 1024)))
        body = b'{"data":{"id":"Ab3dE7g"},"success":true,"status":200}'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(swallow, "127.0.0.1", 0)
    async with server:
        client = connect(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        tracemalloc.start()
        try:
            await client.upload(LargeSource(head=MP4, mime_type="video/mp4"), video=True)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 4 * 1024 * 1024


def test_limits_heard_of_longest_ago_are_forgotten_when_there_are_more_than_1024_accounts() -> None:
    keeper = LimitKeeper()
    for account_id in range(1024):
        keeper.keep(RateLimits(user_remaining=account_id), account_id)
    keeper.keep(RateLimits(user_remaining=7), 0)  # heard of again
    keeper.keep(RateLimits(user_remaining=1), 2000)
    assert [keeper.of(account_id).user_remaining for account_id in (0, 1, 2, 1023, 2000)] == [7, None, 2, 1023, 1]


async def test_file_goes_out_under_its_name_and_type_after_the_texts() -> None:
    writer = Writer()
    form = upload_form(
        SourcePayload(Source([b"GIF89a"], name="x cat.gif", mime_type="image/gif"), lambda: None),
        "image",
        {"title": "A cat"},
    )
    await form.write(writer)  # type: ignore[arg-type]  # a writer as far as it is used
    boundary = form.boundary.encode()
    text, file = writer.data.split(b"--" + boundary)[1:3]
    assert form.headers["Content-Type"] == f"multipart/form-data; boundary={form.boundary}"
    assert text == (
        b'\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name="title"\r\n\r\nA cat\r\n'
    )
    assert file == (
        b"\r\nContent-Type: image/gif\r\n"
        b'Content-Disposition: form-data; name="image"; filename="x cat.gif"\r\n\r\nGIF89a\r\n'
    )


async def test_an_address_that_imgur_repeats_is_in_no_error(imgur: Imgur, client: ImgurClient) -> None:
    address = f"https://cats.example.com/?X-Amz-Signature=made-up-secret&{'a' * 1500}"
    repeated = (
        f"Bad URL {address}",
        f"Bad URL {address[:700]}",
        "Bad URL https:\\/\\/cats.example.com\\/made-up-secret",
    )
    for said in repeated:
        body = {"data": {"error": said}, "success": False, "status": 400}
        imgur.answers("POST", "/3/upload", body, status=400)
        with pytest.raises(ImgurError) as raised:
            await client.upload_address(address)
        assert "made-up-secret" not in str(raised.value) + raised.value.detail
