"""Systems we do not run: ports, connections, links to outside ids, deliveries, the fault proxy.

Words: a *port* is what we ask; a *connector* is code for one product; a *connection* is one
configured copy of it; a *link* ties our object to its outside id; a *delivery* is one attempt
to send something, with request and answer.

Doors: `ports` for the values, `connections` to open one, `actions` and `queries` for links and
deliveries, `retry` for the waits; `http` for connectors; `faults` to make things go wrong.
"""
