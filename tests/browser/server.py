"""The server of the journeys, as Django's for tests, but the threads that answer stay.

Django's has a thread for each of a browser's connections; each would open one to the database and have every long query
planned anew (core.db.rows_of), which takes longer than most pages do. Here whichever was idle last answers next, so that
two requests at once are answered by two, and one after the other by one.
"""

from concurrent.futures import ThreadPoolExecutor

from django.core.servers.basehttp import ThreadedWSGIServer


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

        super().set_app(answer)
