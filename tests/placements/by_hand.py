"""A browser without JavaScript, for tests: reads the form on a page as it stands, and sends it as a person would."""

from html.parser import HTMLParser
from urllib.parse import urlencode

from django.test import Client


class Form(HTMLParser):
    """The page's own form (not the header's): its address, and what would be sent if a button were pressed now."""

    def __init__(self, html: str):
        super().__init__()
        self.action, self.values, self.first_button = "", {}, None
        self._inside = self._textarea = self._select = None
        self.feed(html.partition("<main")[2])

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self._inside, self.action = True, attrs.get("action", "")
        if not self._inside:
            return
        name = attrs.get("name")
        if tag == "input" and name:
            chosen = attrs.get("type") not in ("radio", "checkbox") or "checked" in attrs
            if chosen:
                self.values.setdefault(name, []).append(attrs.get("value", ""))
        elif tag == "button" and self.first_button is None:
            self.first_button = f"{name}={attrs.get('value', '')}" if name else ""
        elif tag == "textarea":
            self._textarea = name
            self.values[name] = [""]
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in attrs or self._select not in self.values):
            self.values[self._select] = [attrs.get("value", "")]

    def handle_endtag(self, tag):
        if tag == "form":
            self._inside = None
        if tag == "textarea" and self._textarea:
            # A browser leaves out the line end that follows <textarea>.
            self.values[self._textarea][0] = self.values[self._textarea][0].removeprefix("\n")
            self._textarea = None
        if tag == "select":
            self._select = None

    def handle_data(self, data):
        if self._textarea:
            self.values[self._textarea][0] += data


class Hand:
    """One signed-in person at one browser."""

    def __init__(self, user):
        self.user = user
        self.client = Client()
        self.client.force_login(user)
        self.page = None

    def open(self, address: str):
        self.page = self.client.get(address)
        self.address = address
        return self.page

    def form(self) -> Form:
        return Form(self.page.content.decode())

    def send(self, press: str = "", **typed):
        """Type into the form that is open, press a button ("go=back"; else the first), and follow where it leads."""
        form = self.form()
        values = form.values | {name: [value] if isinstance(value, str) else value for name, value in typed.items()}
        if press or form.first_button:
            name, _, value = (press or form.first_button).partition("=")
            values[name] = [value]
        address = form.action or self.address
        sent = urlencode(values, doseq=True)
        self.page = self.client.post(address, sent, content_type="application/x-www-form-urlencoded")
        if self.page.status_code == 302:
            self.open(self.page["Location"])
        return self.page
