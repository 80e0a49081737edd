"""An org that answers like Salesforce.

    python -m atrio.connectors.salesforce.simulator --port 8071 [--state FILE] [--base]

It keeps what is written to it, in memory or in a file, and begins empty or with the customers of
`outside.invented_base`. What is awkward about Salesforce is here too: tokens that end, duplicate
rules, upserts that find several, locked rows, a day's limit of requests, pages that are forgotten.
The client's secret is in ATRIO_CRM_SECRET, as `client_id:client_secret`.

What of it was never compared with a real org stands in docs/connectors/salesforce.md.
"""
