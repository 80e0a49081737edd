"""A simulated Adobe Commerce with B2B, which keeps what is written to it.

    ATRIO_SHOP_SECRET=… python -m atrio.connectors.adobe_commerce.simulator --port 8074

It is as strict as the documents of the API say, and as awkward: a written company is answered
without its status, what a change leaves out is empty afterwards, a credit account that never had
a limit has no such member, a search without criteria is refused, and the references that are ours
are not kept unique.
"""
