"""A DaData that knows invented companies (`outside.invented_ru`).

python -m atrio.connectors.dadata.simulator --port 8072
"""
