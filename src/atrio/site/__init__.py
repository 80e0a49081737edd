"""Where everything meets: settings, addresses, the command line, the machine underneath."""
