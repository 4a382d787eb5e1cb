"""What the web server loads: the application on the environment's settings."""

import os
from threading import Timer

from server.app import create_app
from server.plans.slot_days import lay_out_ahead
from sync import collector

SETTLED_SECONDS = 5.0
"""A start answers first; what it may want soon is prepared after that."""

os.umask(0o077)  # also where something else than “curbstop run” starts it
app = create_app()
collector.settle()

_ahead = Timer(SETTLED_SECONDS, lay_out_ahead, [app])
_ahead.daemon = True
_ahead.start()
