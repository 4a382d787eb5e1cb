"""What the web server loads: the application on the environment's settings."""

import os
from multiprocessing import parent_process
from threading import Timer

from server.app import create_app
from server.parentage import end_with_parent
from server.planning.slot_days import lay_out_ahead
from sync import collector

SETTLED_SECONDS = 5.0
"""A start answers first; what it may want soon is prepared after that."""

# At once, not in order: the process that would have asked it to stop is gone.
_server = parent_process()
end_with_parent(_server.pid if _server else None)
os.umask(0o077)  # also where something else than “curbstop run” starts it
app = create_app()
collector.freeze_loaded()

_ahead = Timer(SETTLED_SECONDS, lay_out_ahead, [app])
_ahead.daemon = True
_ahead.start()
