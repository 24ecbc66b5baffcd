"""A mail server on loopback that keeps what it is given."""

import email
import socketserver
import threading
from email.message import Message
from types import TracebackType
from typing import Self


class _Conversation(socketserver.StreamRequestHandler):
    """The few words of SMTP that a client needs to hand over a message: RFC 5321, section 4.1."""

    server: "_Server"

    def handle(self) -> None:
        """Answers until the client quits."""
        self._say("220 mailbox")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self._say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.messages.append(email.message_from_bytes(b"".join(lines)))
            self._say("221 bye" if verb == b"QUIT" else "250 well")
            if verb == b"QUIT":
                return

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    messages: list[Message]


class Mailbox:
    """The server as a context manager; `messages` are those that came, in order."""

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self.messages: list[Message] = []
        self._server.messages = self.messages
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def environment(self) -> dict[str, str]:
        """What Airflow must be told so that alarms end here."""
        host, port = self._server.server_address[:2]
        notifier = "airflow.providers.smtp.notifications.smtp.SmtpNotifier"
        return {
            "AIRFLOW_CONN_SMTP_DEFAULT": (
                f'{{"conn_type": "smtp", "host": "{host!s}", "port": {port}, '
                '"extra": {"disable_ssl": true, "disable_tls": true, "from_email": "dateline@localhost"}}'
            ),
            "DATELINE_NOTIFIERS": f'[{{"notifier": "{notifier}", "to": "desk@localhost"}}]',
        }

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def words(message: Message) -> str:
    """The text of a message's parts."""
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    return "".join(part.decode() for part in parts if isinstance(part, bytes))
