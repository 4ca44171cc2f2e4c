"""What the SIP line is set up with, from the site."""

from __future__ import annotations

from adapters.telephony.sip.line_settings import LineSettings
from adapters.telephony.sip.outbound import OutboundPlan
from adapters.telephony.sip.settings import EndpointSettings, TrunkSettings
from calls.commands import Utterance
from careline.spoken import confirmations
from config.secrets import Secrets, agent_secret
from config.site import Site


def endpoint_settings(site: Site, secrets: Secrets, listen: str | None) -> EndpointSettings:
    """What the SIP endpoint is set up with."""
    sip = site.sip
    trunk = sip.trunk
    return EndpointSettings(
        listen=listen or sip.listen,
        advertise=sip.advertise,
        allow=sip.allow,
        agents={agent: secrets.secret(agent_secret(agent)) for agent in site.agents},
        feature_codes=frozenset(confirmations(site)),
        trunk=None
        if trunk is None
        else TrunkSettings(
            registrar=trunk.registrar,
            user=trunk.user,
            password=secrets.secret(trunk.password_secret),
            register=trunk.register,
            expires_s=trunk.expires_s,
        ),
    )


def line_settings(site: Site, unattended_s: float) -> LineSettings:
    """What the line itself has to know."""
    rules, sip = site.rules, site.sip
    return LineSettings(
        site=site.id,
        capacity=sip.capacity,
        reserved=sip.reserved,
        advice=tuple(
            Utterance(text=rules.prompts[rules.advice_911][language], language=language)
            for language in rules.languages
        ),
        fallback=site.fallback_number,
        outbound=OutboundPlan(sip.outbound),
        feature_codes=confirmations(site),
        unattended_s=unattended_s,
    )
