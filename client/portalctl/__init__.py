"""A command line for the portal's API. It uses nothing of the portal's code and is installed alone."""

__version__ = "0.1.0"
