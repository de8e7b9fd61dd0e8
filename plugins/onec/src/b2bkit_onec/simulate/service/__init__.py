"""The HTTP service of the portal's module, as 1C serves it: `service/module.bsl` in Python, over the box's infobase."""
