"""A telephone that was not written here: single messages by hand, as it would write them."""

from __future__ import annotations

from types import SimpleNamespace

from aiosipua.auth import SipDigestAuth, build_credentials
from aiosipua.header_codec import parse_auth, stringify_auth

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.dialler import Ring
from adapters.telephony.sip.sdp import LocalMedia
from adapters.telephony.sip.wire import Request, Response, Unusable, read
from calls.ids import AgentId
from calls.private import Private

BOB_AT = HostPort("127.0.0.1", 5072)
RAW_AT = HostPort("127.0.0.1", 5090)
SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)
MEDIA = LocalMedia(port=40000)
AOR = {"From": "<sip:ana@127.0.0.1>;tag=1", "To": "<sip:ana@127.0.0.1>"}
ANA = AgentId("ana")


class ForeignPhone:
    """A socket on the virtual network: sends what it is told and keeps what it is sent."""

    def __init__(self, network, at=RAW_AT):
        self.network = network
        self.at = at
        self.got: list[Request | Response] = []
        network.attach(at, self)
        self._branch = 0
        self.to_tag = ""

    def receive(self, payload, source):
        message = read(payload, source)
        if isinstance(message, Unusable):
            # What repeats a mistake of ours cannot be read by our own reader.
            message = SimpleNamespace(status=int(payload.split()[1]), branch="")
        self.got.append(message)

    def next_deadline(self):
        return None

    def outgoing(self):
        return []

    def message(self, method, *headers, body="", uri="sip:clinic@127.0.0.1:5072", **over):
        self._branch += 1
        fields = {
            "Via": f"SIP/2.0/UDP {self.at};branch=z9hG4bKraw{self.at.port}{self._branch}",
            "From": "<sip:caller@127.0.0.1>;tag=rawtag",
            "To": "<sip:clinic@127.0.0.1>" + (f";tag={self.to_tag}" if self.to_tag else ""),
            "Call-ID": "raw-call",
            "CSeq": f"{self._branch} {method}",
            "Contact": f"<sip:raw@{self.at}>",
            "Max-Forwards": "70",
        }
        for name, value in over.items():
            fields[name.replace("_", "-")] = value
        lines = [f"{method} {uri} SIP/2.0"]
        lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
        lines += headers
        if body and not any(h.lower().startswith("content-type") for h in headers):
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body)}")
        return ("\r\n".join([*lines, "", ""]) + body).encode()

    def send(self, payload):
        self.network.put(payload, self.at, BOB_AT)
        self.network.run(0.2)

    def ask(self, method, *headers, **over):
        """Send a request; the last response to it."""
        self.got.clear()
        self.send(self.message(method, *headers, **over))
        branch = f"z9hG4bKraw{self.at.port}{self._branch}"
        finals = [m for m in self.got if getattr(m, "status", 0) >= 200]
        mine = [m for m in finals if m.branch == branch] or [m for m in finals if not m.branch]
        if not mine:
            return finals[-1] if "Via" in over and finals else None
        if method == "INVITE" and mine[-1].status >= 300 and mine[-1].branch:
            via = f"SIP/2.0/UDP {self.at};branch={branch}"
            self.send(self.message("ACK", **{**over, "Via": via, "CSeq": f"{mine[-1].cseq} ACK"}))
        return mine[-1]

    def ack(self, response, body=""):
        self.to_tag = response.to_tag
        self.send(self.message("ACK", CSeq=f"{response.cseq} ACK", body=body))

    def reply(self, request, status, *headers, body=""):
        lines = [f"SIP/2.0 {status} X"]
        repeated = ("Via", "From", "Call-ID", "CSeq")
        lines += [f"{name}: {request.header(name)}" for name in repeated]
        to = request.header("to")
        lines.append(f"To: {to}" if request.to_tag else f"To: {to};tag=rawtag")
        lines.append(f"Contact: <sip:raw@{self.at}>")
        lines += headers
        if body:
            lines.append("Content-Type: application/sdp")
        payload = ("\r\n".join([*lines, "", ""]) + body).encode()
        self.network.put(payload, self.at, BOB_AT)
        self.network.run(0.2)

    def last(self, method):
        return [m for m in self.got if isinstance(m, Request) and m.method == method][-1]


def answered(raw, owner, *headers, body=SDP):
    owner.on_call = lambda call: call.answer(MEDIA)
    success = raw.ask("INVITE", *headers, body=body)
    assert success.status == 200
    raw.ack(success)
    return success, owner.events[owner.calls[-1].id]


def ring(seconds=5.0):
    return Ring(ring_timeout_s=seconds, caller="", caller_name="", headers={})


def place(agent, events, target=f"sip:phone@{RAW_AT}"):
    return agent.place_call(
        target,
        MEDIA,
        events.append,
        Ring(
            ring_timeout_s=20.0,
            caller="main",
            caller_name='Nurse "line"',
            headers={"Alert-Info": "<urn:alert:service:priority>"},
        ),
    )


def an_agent_line(network, **settings):
    settings.setdefault("agents", {ANA: Private("secret")})
    return network.agent(5072, feature_codes=frozenset({"*11"}), **settings)


def challenged(raw, method, *headers, password="secret", user="ana", **over):
    """Ask, and ask again with what the challenge calls for."""
    first = raw.ask(method, *headers, **over)
    if first.status != 401:
        return first
    credentials = build_credentials(
        SipDigestAuth(username=user, password=password),
        parse_auth(first.header("www-authenticate")),
        method,
        over.get("uri", "sip:clinic@127.0.0.1:5072"),
    )
    return raw.ask(method, f"Authorization: {stringify_auth(credentials)}", *headers, **over)
