"""`python -m b2bkit`."""

from b2bkit.core.cli import main

main()
