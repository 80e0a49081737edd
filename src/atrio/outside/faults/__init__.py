"""The fault proxy: stands before outside systems, real or simulated, and misbehaves on demand.

    python -m atrio.outside.faults --port 8090 --state var/faults.json \\
        --route erp=http://127.0.0.1:8069 --route registry=http://127.0.0.1:8070

A request for `/erp/…` goes on to the erp's address. What goes wrong on the way is said by the
route's *knobs*, which the desk, the command line and tests turn through `control.FaultProxy`.
It is for demo, training and tests; nothing needs it in production.
"""
