"""A web service on loopback that answers as a test tells it to, or misbehaves."""

import asyncio
import contextlib
import json

HEAD_END = b"\r\n\r\n"


def reply(body=b"", status="200 OK", headers=()):
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + HEAD_END + body


def json_reply(value, status="200 OK", headers=()):
    return reply(json.dumps(value).encode(), status, headers)


class Service:
    """Takes each request whole, then sends the next reply; the last one again and again.

    A reply is bytes, or a coroutine function that is given the writer. The connection is closed
    after bytes unless they are to be kept open.
    """

    def __init__(self):
        self.requests = []
        self.replies = [json_reply({})]
        self.keep_open = False
        self.connections = 0
        self._tasks = set()
        self._server = None

    async def start(self, context=None):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        self.scheme = "https" if context else "http"

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def target(self):
        """The path and query of the one request."""
        (request,) = self.requests
        return request.split(b" ", 2)[1].decode("ascii")

    async def _serve(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        self.connections += 1
        try:
            while True:
                request = await self._request(reader)
                answer = self.replies[min(len(self.requests), len(self.replies) - 1)]
                self.requests.append(request)
                if isinstance(answer, bytes):
                    writer.write(answer)
                    await writer.drain()
                else:
                    await answer(writer)
                if not self.keep_open:
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()
            self._tasks.discard(task)

    async def _request(self, reader):
        head = await reader.readuntil(HEAD_END)
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return head + await reader.readexactly(length)

    async def stop(self):
        self._server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()


async def silence(writer):
    await asyncio.Event().wait()


async def reset(writer):
    writer.transport.abort()


async def endless_headers(writer):
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"x-more: " + b"y" * 4000 + b"\r\n")
        await writer.drain()


async def endless_body(writer):
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n[")
    while True:
        writer.write(b"1," * 4000)
        await writer.drain()


async def slow_drip(writer):
    """Always alive, never done: no pause between two bytes is long enough to give up at."""
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n[")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)
