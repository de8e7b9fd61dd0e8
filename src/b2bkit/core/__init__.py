"""The core: mechanisms that know no domain, and the domains that every portal has."""
