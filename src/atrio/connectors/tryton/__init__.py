"""Tryton 8, spoken to by JSON-RPC. How it answers stands in docs/connectors/tryton.md."""

from atrio.connectors.tryton.erp import TrytonErp

__all__ = ["TrytonErp"]
