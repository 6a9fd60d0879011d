"""Django settings. Pure: every environment variable is read in the first block, nothing is started.

`config/checks.py` says what to set when something is missing; docs/operations.md lists every
variable.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pgtrigger
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from config.environment import Environment
from config.process import is_command, process_name
from config.services.urls import redis_database, with_redis_database
from config.unfold import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment()
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
DATABASE_URL = env.address("DATABASE_URL", "postgres", "postgresql")
DATABASE_DIRECT_URL = env.address("DATABASE_DIRECT_URL", "postgres", "postgresql")
DATABASE_POOL = env.bool("DATABASE_POOL", default=False)
# Whether DATABASE_URL leads to PgBouncer (or its like) in transaction mode.
DATABASE_POOLER = env.bool("DATABASE_POOLER", default=False)
# A streaming replica, which answers reads while it is at most so many seconds behind.
DATABASE_REPLICA_URL = env.address("DATABASE_REPLICA_URL", "postgres", "postgresql")
DATABASE_REPLICA_MAX_LAG = env.float("DATABASE_REPLICA_MAX_LAG", default=5.0)
REDIS_URL = env.address("REDIS_URL", "redis", "rediss", "unix")
STEWARD_DATA = Path(env.str("STEWARD_DATA", default=str(BASE_DIR / ".steward")))
STEWARD_BIND = env.str("STEWARD_BIND", default="127.0.0.1:8000")
STEWARD_INSECURE_HTTP = env.bool("STEWARD_INSECURE_HTTP", default=False)
# Who must log in with a second factor: names of groups, and "superusers".
SECOND_FACTOR_GROUPS = env.list("SECOND_FACTOR_GROUPS", default=[])
STEWARD_PROXY_COUNT = env.int("STEWARD_PROXY_COUNT", default=0)
STEWARD_IMPORT_MAX_MB = env.int("STEWARD_IMPORT_MAX_MB", default=100)
STEWARD_IMPORT_MAX_QUESTIONS = env.int("STEWARD_IMPORT_MAX_QUESTIONS", default=200_000)
STEWARD_IMPORT_RUN_FROM = env.int("STEWARD_IMPORT_RUN_FROM", default=5_000)
STEWARD_ARCHIVE_DIR = Path(env.str("STEWARD_ARCHIVE_DIR", default=str(STEWARD_DATA / "archive")))
STEWARD_ARCHIVE_HOLD_DAYS = env.int("STEWARD_ARCHIVE_HOLD_DAYS", default=7)
STEWARD_EXPORT_DIR = Path(env.str("STEWARD_EXPORT_DIR", default=str(STEWARD_DATA / "exports")))
# How long a prepared file can be downloaded, and how many rows a part of one has.
STEWARD_EXPORT_DAYS = env.int("STEWARD_EXPORT_DAYS", default=7)
STEWARD_EXPORT_PART_ROWS = env.int("STEWARD_EXPORT_PART_ROWS", default=200_000)
STEWARD_WAREHOUSE_DIR = Path(
    env.str("STEWARD_WAREHOUSE_DIR", default=str(STEWARD_DATA / "warehouse"))
)
STEWARD_BACKUP_DIR = Path(env.str("STEWARD_BACKUP_DIR", default=str(STEWARD_DATA / "backups")))
STEWARD_BACKUP_KEEP_DAYS = env.int("STEWARD_BACKUP_KEEP_DAYS", default=30)
# The folder of pg_dump and pg_restore, where those on PATH are older than the server.
STEWARD_PG_BIN = env.str("STEWARD_PG_BIN", default="")
STEWARD_VIDEO_HOSTS = env.list(
    "STEWARD_VIDEO_HOSTS",
    default=["loom.com", "vimeo.com", "youtu.be", "youtube-nocookie.com", "youtube.com"],
)
# Who is told of alerts; the webhook gets JSON. SITE_URL is where links in them lead.
ALERT_EMAILS = env.list("ALERT_EMAILS", default=[])
ALERT_WEBHOOK_URL = env.address("ALERT_WEBHOOK_URL", "http", "https")
# Who may read /metrics, as a bearer token; the folder is where gunicorn's processes share them.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
PROMETHEUS_MULTIPROC_DIR = env.str("PROMETHEUS_MULTIPROC_DIR", default="")
SITE_URL = env.address("SITE_URL", "http", "https").rstrip("/")
EMAIL = env.email_url("EMAIL_URL", default="smtp://localhost:25")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="steward@localhost")
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOG_JSON = env.bool("LOG_JSON", default=not DEBUG)

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-us"
# Each page names those that there are, shown or not.
LANGUAGES = [("en", "English")]
FORMAT_MODULE_PATH = "config.formats"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

INSTALLED_APPS = [
    # Before django.contrib.admin: unfold replaces its templates. The site is config.site's.
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "config.apps.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "axes",
    "csp",
    "django_cte",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "django_rq",
    "pghistory",
    "pgtrigger",
    "config.apps.ConfigConfig",
    "config.apps.FlagsConfig",
    "ops.apps.OpsConfig",
    "assessments.apps.AssessmentsConfig",
    "quizbank.apps.QuizbankConfig",
    "flavors.apps.FlavorsConfig",
]

MIDDLEWARE = [
    "config.middleware.roomy",
    "config.middleware.request_id",
    "config.health.healthz",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    # Both around the sessions, which write too.
    "config.middleware.begun",
    "config.middleware.own_changes",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "ops.logins.sessions.seen",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.settled_caches",
    "config.middleware.time_zone",
    "config.middleware.actor",
    "config.middleware.HistoryMiddleware",
    "ops.logins.factors.gate",
    "config.middleware.readable_address",
    "config.middleware.sound_selection",
    "waffle.middleware.WaffleMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
    # Last, as its documentation asks: it turns a locked-out login into a response.
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


# --- Database ------------------------------------------------------------------------------------
# Who waits longer for a server gets a page that says so.
CONNECT_SECONDS = 10


def database_at(url: str, **patience: int) -> dict[str, Any]:
    """Of a URL. DATABASE_URL may be a transaction pooler, which all of it suits."""
    found = env.db_url_config(url) if url else {}
    options = found.pop("OPTIONS", {})
    return found | {
        "ENGINE": "django.db.backends.postgresql",
        # A socket's folder stands in the query, as libpq has it: postgres://user@/name?host=/run/pg
        "HOST": options.pop("host", found.get("HOST", "")),
        # The next transaction may be on another connection, which knows no prepared statement.
        "OPTIONS": {
            "application_name": process_name(sys.argv),
            "prepare_threshold": None,
            "connect_timeout": CONNECT_SECONDS,
        }
        | patience
        | options,
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 60,
        # There named cursors outlive their connection.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


# Only the web goes through a pooler: commands may hold locks and settings of their session.
DATABASES = {"default": database_at((is_command(sys.argv) and DATABASE_DIRECT_URL) or DATABASE_URL)}
if DATABASE_POOL:
    # The pool keeps the connections; without it each thread keeps its own for a minute.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 2,
        "max_size": 10,
        "timeout": CONNECT_SECONDS,
    }
if DATABASE_REPLICA_URL:
    # Seconds, and milliseconds: whoever reads there waits no longer for one that is gone.
    DATABASES["replica"] = database_at(
        DATABASE_REPLICA_URL,
        connect_timeout=2,
        tcp_user_timeout=5_000,
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=2,
    ) | {"TEST": {"MIRROR": "default"}}
DATABASE_ROUTERS = ["config.routers.ReplicaRouter"]

# What the connections of jobs have in its place: they hold locks, which no pooler may share.
DATABASE_DIRECT = {}
if DATABASE_DIRECT_URL:
    direct = env.db_url_config(DATABASE_DIRECT_URL)
    direct["HOST"] = direct.pop("OPTIONS", {}).get("host", direct["HOST"])
    DATABASE_DIRECT = {name: direct[name] for name in ("NAME", "HOST", "PORT", "USER", "PASSWORD")}

# --- E-mail ---------------------------------------------------------------------------------------
EMAIL_BACKEND = EMAIL["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL["EMAIL_HOST"]
EMAIL_PORT = EMAIL["EMAIL_PORT"]
EMAIL_HOST_USER = EMAIL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = EMAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = EMAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10

# --- Redis: a database for jobs; the next for Django's cache, which is cleared by FLUSHDB; the next
# for ops.caching ----------------------------------------------------------------------------------
QUEUE_URL = REDIS_URL or "redis://127.0.0.1:6379/0"
RQ_QUEUES = {name: {"URL": QUEUE_URL, "DEFAULT_TIMEOUT": 600} for name in ("high", "normal", "low")}
RQ = {"WORKER_CLASS": "ops.workers.Worker"}
RQ_SHOW_ADMIN_LINK = False
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": with_redis_database(QUEUE_URL, redis_database(QUEUE_URL) + 1),
        "KEY_PREFIX": "steward",
    }
}
CACHE_URL = with_redis_database(QUEUE_URL, redis_database(QUEUE_URL) + 2)

# --- Files ---------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = STEWARD_DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# "Select all" of a full page plus its filters; larger sets travel as "all that match".
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

# --- Who may come in -----------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "ops.logins.backend.StaffBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "config.logins.locked_out"
AXES_CLIENT_IP_CALLABLE = "config.clients.client_address"
AXES_VERBOSE = False

# --- Browser security ----------------------------------------------------------------------------
SESSION_ENGINE = "ops.logins.sessions"
OTP_TOTP_ISSUER = "Steward"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not STEWARD_INSECURE_HTTP
SESSION_COOKIE_HTTPONLY = True
# Its cookies keep who is among the percentage of a flag. Its screens are in config/flags.py.
WAFFLE_ENABLE_ADMIN_PAGES = False
WAFFLE_SECURE = not STEWARD_INSECURE_HTTP
SECURE_SSL_REDIRECT = not STEWARD_INSECURE_HTTP
SECURE_HSTS_SECONDS = 0 if STEWARD_INSECURE_HTTP else 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not STEWARD_INSECURE_HTTP
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if STEWARD_PROXY_COUNT else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # Alpine, which unfold uses, evaluates its attributes; there is no inline script anywhere.
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# --- History -------------------------------------------------------------------------------------
# Statement-level triggers: the row-level ones are quadratic on bulk writes.
PGHISTORY_LEVEL = pgtrigger.Statement
PGHISTORY_APPEND_ONLY = True
PGHISTORY_ADMIN_ALL_EVENTS = False
PGHISTORY_BASE_MODEL = "ops.events.Event"
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

LOGGING_CONFIG = "config.logs.configure"
LOGGING = {"level": LOG_LEVEL, "json": LOG_JSON}
