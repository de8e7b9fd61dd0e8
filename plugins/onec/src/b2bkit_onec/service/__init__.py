"""The HTTP service that the portal's module in 1C serves: what neither CommerceML nor OData has."""
