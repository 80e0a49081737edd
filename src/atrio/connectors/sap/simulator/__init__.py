"""A system that answers like SAP S/4HANA, as far as the connector asks.

    python -m atrio.connectors.sap.simulator --port 8072 [--state FILE] [--goods FILE] [--base]

It keeps what is written to it, in memory or in a file, and begins empty or with the customers of
`outside.invented_base`. Names, lengths and keys are those of SAP's metadata, and a field that is
not there is refused. What is awkward is here too: tokens that end, etags, batches that happen
wholly or not at all, warnings in headers, letters that become capitals, prices that only a
simulated order tells. The user's password is in ATRIO_SAP_SECRET, as `user:password`.

What of it was never compared with a real system stands in docs/connectors/sap.md.
"""
