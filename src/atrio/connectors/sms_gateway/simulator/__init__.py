"""A gateway for text messages that sends none.

    SMS_GATEWAY_KEY=… python -m atrio.connectors.sms_gateway.simulator --port 8071

It takes what a gateway takes and tells of each message after a moment that it arrived. The last
digits of a number tell what becomes of its messages, so that people can choose by heart: 98 never
arrive, of 99 nobody ever hears, all other mobiles are reached. Fixed lines are refused.
"""
