"""Webhooks: events are sent to where programs want to hear of them (Standard Webhooks).

Words: an *endpoint* is an address of a program; an *event* says what happened, by ids and states
alone; a *delivery* is one event for one endpoint, with every attempt.

Doors: `actions` to keep endpoints and send again, `queries` to read, `sending` for the wire.
"""
