"""In production a missing setting stops the app with a paragraph, and what browsers are told is strict."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

WHOLE = {
    "DATABASE_URL": "postgres://app:none@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "only-for-this-test-" + "x1" * 20,
    "ALLOWED_HOSTS": "held.example,other.example",
    "EMAIL_URL": "smtp+tls://me:word@mail.example:587",
}


def in_a_fresh_process(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if name not in {*WHOLE, "HELD_PROFILE", "DEBUG"}}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**outside, **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("missing", WHOLE)
def test_a_missing_setting_stops_the_app_and_says_how_to_mend_it(missing):
    environment = {name: value for name, value in WHOLE.items() if name != missing}
    done = in_a_fresh_process("import config.settings", environment)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert f"{missing} is not set" in last
    assert "make run" in last
    assert not any(value in done.stderr for value in WHOLE.values()), "a secret was printed"


def test_production_is_strict():
    names = ["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE",
             "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "ALLOWED_HOSTS", "PUBLIC_URL", "DEMO", "DATABASE_OWNER",
             "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", "DEBUG"]  # fmt: skip
    code = (
        f"import json; from django.conf import settings as s; print(json.dumps({{n: getattr(s, n) for n in {names}}}))"
    )
    done = in_a_fresh_process(code, {**WHOLE, "DJANGO_SETTINGS_MODULE": "config.settings"})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31536000,
        "ALLOWED_HOSTS": ["held.example", "other.example"],
        "PUBLIC_URL": "https://held.example",
        "DEMO": False,
        "DATABASE_OWNER": {},  # a web server is better without it
        "EMAIL_HOST": "mail.example",
        "EMAIL_PORT": 587,
        "EMAIL_USE_TLS": True,
        "DEBUG": False,
    }


def test_the_driver_is_the_one_that_was_measured():
    from django.db.backends.postgresql.psycopg_any import is_psycopg3

    assert is_psycopg3 is False


def test_tests_have_servers_of_their_own():
    if settings.EMBEDDED:
        assert settings.DATA.name == "test"


def test_every_page_carries_the_headers(client):
    answer = client.get("/healthz")
    assert answer.json() == {"alive": True}
    policy = {part.split()[0]: part.split()[1:] for part in answer["Content-Security-Policy"].split("; ")}
    assert policy["default-src"] == ["'none'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["base-uri"] == ["'none'"]
    assert not [source for sources in policy.values() for source in sources if source not in ("'none'", "'self'")]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
