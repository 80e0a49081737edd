"""Text messages by a plain JSON gateway.

Its API is the one our simulator serves (docs/connectors/sms-gateway.md): a small common measure
of what gateways offer. A provider's own API is a connector of its own.
"""

from atrio.connectors.sms_gateway.sms import GatewaySms

__all__ = ["GatewaySms"]
