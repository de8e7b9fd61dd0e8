"""Reading of each kind of data from OData: 1C's objects -> the portal's news. One module a kind, each with `read(source, cursor)`."""
