"""The server of the journeys, as Django's for tests, but the threads that answer stay.

Django's has a thread for each of a browser's connections; each would open one to the database and have every long query
planned anew (core.db.rows_of), which takes longer than most pages do. Here whichever was idle last answers next, so that
two requests at once are answered by two, and one after the other by one.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from django.core.servers.basehttp import ThreadedWSGIServer

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
AXE_AT = "/axe-for-the-tests.js"
AXE_AS = [("Content-Type", "text/javascript; charset=utf-8"), ("Cache-Control", "max-age=31536000, immutable")]


@cache
def _axe() -> bytes:
    return AXE.read_bytes()


def with_axe(app):
    def answer(environ, start_response):
        if environ["PATH_INFO"] != AXE_AT:
            return app(environ, start_response)
        start_response("200 OK", [*AXE_AS, ("Content-Length", str(len(_axe())))])
        return [_axe()]

    return answer


class StayingThreads(ThreadedWSGIServer):
    def set_app(self, app):
        idle: list[ThreadPoolExecutor] = []

        def answer(environ, start_response):
            try:
                thread = idle.pop()
            except IndexError:
                thread = ThreadPoolExecutor(1)
            try:
                return thread.submit(app, environ, start_response).result()
            finally:
                idle.append(thread)

        super().set_app(with_axe(answer))
