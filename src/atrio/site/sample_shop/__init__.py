"""A shop elsewhere, as somebody else might have built it: one comes in by signing in at Atrio.

    ATRIO_SAMPLE_SHOP_SECRET=… python -m atrio.site.sample_shop --port 8001 \\
        --issuer http://127.0.0.1:8000 --goods goods.json

It is a program of its own and knows nothing of ours: what it hears of a customer it hears by
OpenID Connect, through a library that anybody may use. Its articles have a price for each price
group, it has a basket of its own, and it keeps its orders.

Doors: `app.SampleShop` is the WSGI application, `sign_in.House` the way in.
"""
