"""The gateway protocol, hand-over to the ERP and the freshness of every figure."""
