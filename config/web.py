"""How gunicorn serves: `gunicorn --config config/web.py config.wsgi`. PORT, HOST and WEB_WORKERS may be set.

Sync workers, each with one lasting database connection, served more pages than threads did on as many cores.
"""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
preload_app = True  # the code is loaded once and shared, which starts in half the time
timeout = 60
graceful_timeout = 5
max_requests, max_requests_jitter = 5000, 500
loglevel = "warning"
# Every access: when, what and how long; no query string (it may hold a name), no address, no browser.
accesslog = os.environ.get("ACCESS_LOG") or None
access_log_format = '{"at": "%(t)s", "method": "%(m)s", "path": "%(U)s", "status": %(s)s, "microseconds": %(D)s}'
proc_name = "held-in-mind"
control_socket_disable = True
