"""A mailbox: an SMTP server on 127.0.0.1 that keeps what it is given."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """What arrived so far, oldest first, and a way to wait for more. Safe to use from any thread."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.messages: list[EmailMessage] = []
        self._arrived = threading.Condition()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        """aiosmtpd's hook. The envelope's addresses are kept as X-Envelope-From and X-Envelope-To."""
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        message = message_from_bytes(content, policy=policy.default)
        message["X-Envelope-From"] = envelope.mail_from or ""
        message["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        with self._arrived:
            self.messages.append(message)
            self._arrived.notify_all()
        return "250 OK"

    def wait_for(self, wanted: Callable[[EmailMessage], bool], *, seconds: float = 10.0) -> EmailMessage:
        """The first message that is wanted, at once or when it arrives. Raises TimeoutError that lists the subjects there are."""
        with self._arrived:
            if self._arrived.wait_for(lambda: any(map(wanted, self.messages)), seconds):
                return next(filter(wanted, self.messages))
            subjects = [str(message["Subject"]) for message in self.messages]
        raise TimeoutError(f"no such mail in {seconds:g} s; there are {subjects}")

    def clear(self) -> None:
        """Forgets what arrived."""
        with self._arrived:
            self.messages.clear()


@contextmanager
def mail_catcher() -> Iterator[Mailbox]:
    """A listening mailbox for the length of the block."""
    listening = socket.create_server(("127.0.0.1", 0))
    mailbox = Mailbox(listening.getsockname()[1])
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="mail-catcher", daemon=True)

    async def serve() -> asyncio.Server:
        return await loop.create_server(lambda: SMTP(mailbox, hostname="127.0.0.1", enable_SMTPUTF8=True), sock=listening)

    async def finish() -> None:
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    thread.start()
    server = asyncio.run_coroutine_threadsafe(serve(), loop).result()
    try:
        yield mailbox
    finally:
        asyncio.run_coroutine_threadsafe(finish(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
