"""HTTP: the Falcon application, guard, forms, rendering, problems, live events."""
