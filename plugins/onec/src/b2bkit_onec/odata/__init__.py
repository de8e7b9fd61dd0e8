"""1C's standard OData interface, of which the portal is the client: /odata/standard.odata (OData 3, JSON; changes come as Atom)."""
