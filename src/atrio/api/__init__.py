"""The REST API: what programs with a key read and do, by the same use cases as the screens.

Words: a *scope* is what a key allows; an *idempotency key* names a request, so that it is done
once however often it is sent; a *problem* is how everything is told that went wrong (RFC 9457).

`service.api` is the one object where all of it meets; `urls` puts it under /api/v1/.
"""
