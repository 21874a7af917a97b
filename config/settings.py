"""All settings, from the environment.

With DATABASE_URL and REDIS_URL unset the app brings its own servers, for trying, developing and testing
(config/embedded.py). With them set it uses those, starts nothing, and refuses to run half configured.
"""

import os
import sys
from pathlib import Path
from typing import Any

import environ
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from config import embedded

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# Tests have servers of their own beside those of `make run`; what a test starts inherits the choice.
TESTING = "pytest" in sys.modules or os.environ.get("HELD_PROFILE") == "test"
if TESTING:
    os.environ["HELD_PROFILE"] = "test"

# What the app keeps outside its database: uploads on their way to the worker, the timetable's memory, embedded servers.
DATA = Path(os.environ.get("HELD_DATA", BASE_DIR / ".data")) / ("test" if TESTING else "")
DATA.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", default=False)

EMBEDDED = "DATABASE_URL" not in os.environ and "REDIS_URL" not in os.environ
DEMO = EMBEDDED and not TESTING  # pages say that nothing real belongs here
PRODUCTION = not EMBEDDED and not DEBUG and not TESTING


def required(name: str, meaning: str) -> str:
    """The environment variable `name`, or a paragraph for whoever is setting the app up."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. {meaning} Set it in the environment of every process (web, worker, beat, "
            "commands); docker-compose.yml shows them all. To try the app without setting anything, run `make run`: "
            "that happens when neither DATABASE_URL nor REDIS_URL is set."
        )
    return value


# --- database, broker ---------------------------------------------------------------------------------------------

if EMBEDDED and os.environ.get("HELD_NO_SERVERS"):  # for what only reads the code: mypy, the checks
    database_url = database_owner_url = "postgres://nobody:nothing@127.0.0.1:1/nowhere"
    redis_url, secret_key = "redis://127.0.0.1:1/0", "no servers, no sessions: nothing is signed with this key"
elif EMBEDDED:
    try:
        servers = embedded.ensure(DATA, durable=not TESTING)
    except embedded.CannotStart as error:
        raise ImproperlyConfigured(str(error)) from error
    database_url, database_owner_url = servers.database_url, servers.database_owner_url
    redis_url, secret_key = servers.redis_url, servers.secret_key
else:
    database_url = required(
        "DATABASE_URL",
        "It is where the records are: postgres://ROLE:PASSWORD@HOST:5432/DATABASE, as the role that runs the app and "
        "may read and write rows but make no tables.",
    )
    redis_url = required(
        "REDIS_URL", "It is the doorbell between web and worker: redis://:PASSWORD@HOST:6379/0. It holds no records."
    )
    database_owner_url = os.environ.get(
        "DATABASE_OWNER_URL", ""
    )  # needed to migrate; a web server is better without it
    secret_key = "" if PRODUCTION else "for developing and testing only, never for sessions that matter"

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **env.db_url_config(database_url),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,  # actions own their transactions: a refusal is written after the rollback
    }
}
DATABASES["default"]["TEST"] = {
    "NAME": f"test_held_{os.getpid()}"
}  # two runs of the tests at once keep out of each other's way
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
# Compiling the rules' queries to machine code takes longer than running them, and those prepared are planned for good.
DATABASES["default"]["OPTIONS"].setdefault("options", "-c jit=off -c plan_cache_mode=force_generic_plan")
# The role that owns the tables. Empty where there is none to be had: then nothing can be migrated from there.
DATABASE_OWNER: dict[str, Any] = (
    {key: env.db_url_config(database_owner_url)[key] for key in ("USER", "PASSWORD")} if database_owner_url else {}
)
# May read and write rows, and no more: what migrations grant the use of the tables to.
DATABASE_APP_ROLE: str = DATABASES["default"]["USER"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sessions are in the database and nothing shared is in the cache, so pages need no broker.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- secrets, hosts, e-mail ---------------------------------------------------------------------------------------

SECRET_KEY = os.environ.get("SECRET_KEY") or secret_key
if not SECRET_KEY:
    required("SECRET_KEY", "It signs sessions and password links: at least 50 random characters, kept secret.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
if PRODUCTION and not ALLOWED_HOSTS:
    required("ALLOWED_HOSTS", "It lists the names the service answers to, with commas between them.")
if not PRODUCTION:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]

# What a message says to open: the first host, unless the service is reached under another address.
PUBLIC_URL = os.environ.get(
    "PUBLIC_URL", f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION else f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
)

if PRODUCTION:
    email_url = required("EMAIL_URL", "It is the mail server for digests: smtp+tls://USER:PASSWORD@HOST:587.")
else:
    email_url = os.environ.get("EMAIL_URL", "consolemail://")
EMAIL = env.email_url_config(email_url)
EMAIL_BACKEND = EMAIL["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = EMAIL.get("EMAIL_HOST") or "localhost", EMAIL.get("EMAIL_PORT") or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = EMAIL.get("EMAIL_HOST_USER") or "", EMAIL.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL.get("EMAIL_USE_TLS", False), EMAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "Held in Mind <no-reply@localhost>")

# --- the house ----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "dashboards",
    "exchange",
    "escalations",
    "oversight",
    "lado",
    "governance",
    "staffing",
    "placements",
    "children",
    "core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "django_cotton.apps.SimpleAppConfig",  # the loader is named below
    "csp",
    "guardian",
    "simple_history",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.middleware.SessionLimits",
    "core.middleware.DeclaredAccess",
    "core.middleware.NoStore",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

LOADERS = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": LOADERS if DEBUG else [("django.template.loaders.cached.Loader", LOADERS)],
            "builtins": ["django_cotton.templatetags.cotton"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.shell",
                "dashboards.context.last_check",
            ],
        },
    }
]
COTTON_DIR = "components"
FORM_RENDERER = "core.forms.GovukRenderer"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / ".build" / "collected"
BUILT = BASE_DIR / ".build" / "static"  # written by `python -m core.assets`
if not PRODUCTION:  # an image is built once and is not written to again
    BUILT.mkdir(parents=True, exist_ok=True)
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BUILT, BASE_DIR / "static"]
# Where the files were gathered (the image, `make run`) they are served under names that change with their content.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG

MEDIA_ROOT = DATA / "uploads"  # never served: uploads wait here for the worker, which deletes them
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = DATA / "arriving"  # beside MEDIA_ROOT, so that a large file is moved there and not copied
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)
FILE_UPLOAD_PERMISSIONS = 0o600
# A megabyte of typing must come back to its form, not fall into an error page: encoded, a letter takes up to six bytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# --- people and sessions ------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "guardian.backends.ObjectPermissionBackend"]
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # e-mail addresses are unique, but by a constraint that ignores case
ANONYMOUS_USER_NAME = None  # guardian's account for nobody: access always has a name here
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]  # tests sign in hundreds of times
    if TESTING
    else ["django.contrib.auth.hashers.ScryptPasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
)
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60
LOGIN_URL = "core:sign_in"
LOGIN_REDIRECT_URL = "dashboards:my_work"
LOGOUT_REDIRECT_URL = "core:sign_in"

SESSION_IDLE_SECONDS = 20 * 60
SESSION_ABSOLUTE_SECONDS = 10 * 60 * 60
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION  # without https (127.0.0.1) a browser would not send them back
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_FAILURE_VIEW = "core.views.here.csrf_failure"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"

# History tables are filled by triggers, so that no way of writing goes round them; the library only reads.
SIMPLE_HISTORY_ENABLED = False

# --- what browsers are told ---------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in ("camera", "display-capture", "fullscreen", "geolocation", "microphone", "midi", "payment", "usb")
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, without https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if PRODUCTION else []

# --- the worker and the timetable (config/celery.py reads what begins with CELERY_) --------------------------------

CELERY_BROKER_URL = redis_url
# A task is only a doorbell: what is to be done is in the database, and each task may be lost or come twice.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_TASK_TIME_LIMIT = 300  # must stay below the visibility timeout, or a slow task runs twice
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 2,  # with the next: a killed worker's task comes back in seconds, not minutes
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,  # a page that rings the bell must not wait for a broker that is down
    "socket_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 30,
    "max_retries": 1,
    "interval_start": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # the worker waits for its broker as long as it takes
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA / "beat-schedule")
# The whole timetable. A ring that waited longer than its own interval is dropped: the next one does its work.
CELERY_BEAT_SCHEDULE = {
    "check the rules": {"task": "oversight.tasks.sweep", "schedule": 15 * 60, "options": {"expires": 15 * 60}},
    "deliver messages": {"task": "core.tasks.deliver", "schedule": 60, "options": {"expires": 60}},
    "write digests": {"task": "core.tasks.digests", "schedule": crontab(hour=7, minute=30)},
    "work through imports": {"task": "exchange.tasks.work_imports", "schedule": 60, "options": {"expires": 60}},
}

# --- logs ---------------------------------------------------------------------------------------------------------

# No request bodies, no query strings, no values from exceptions (config/logs.py), and no error e-mails.
ADMINS: list[Any] = []
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.Line", "values": DEBUG}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        "celery.app.trace": {"level": "WARNING"},
    },
}
