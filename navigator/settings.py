"""All settings, from the environment only; the defaults are the embedded, safe choice.

With nothing set, the product runs from one folder (`DATA_DIR`): SQLite, a private file
folder, a broker that the supervisor starts, mail written to a folder. Production sets
DATABASE_URL, BROKER_URL, S3_BUCKET, CLAMD_ADDRESS and EMAIL_URL (`.env.example`).
"""

import contextlib
import os
import secrets
import sys
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from navigator.embedded_broker import find_broker_socket
from navigator.logs import keep_codes_only

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text("utf-8"))["project"]["version"]
env = environ.Env()
env_file = Path(env.str("NAVIGATOR_ENV_FILE", str(BASE_DIR / ".env")))
if env_file.is_file():
    environ.Env.read_env(env_file)

# --- Where an installation keeps what is its own -------------------------------------------
PRODUCTION = env.bool("NAVIGATOR_PRODUCTION", False)
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var"))).resolve()
DEBUG = False


def read_or_make_secret(variable: str, file_name: str) -> str:
    """A secret from the environment, else (embedded only) one made once and kept in DATA_DIR."""
    value = env.str(variable, "")
    if value.startswith("replace-me") and sys.argv[1:2] != ["check"]:
        raise ImproperlyConfigured(
            f"{variable} still has the value of .env.example, which everybody knows: "
            "put your own there."
        )
    if value:
        return str(value)
    if PRODUCTION:
        raise ImproperlyConfigured(
            f"{variable} is not set. In production every secret comes from the environment."
        )
    path = DATA_DIR / "keys" / file_name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(f".{os.getpid()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(handle, secrets.token_urlsafe(48).encode())
        os.close(handle)
        # A link is made whole or not at all, and never over another's: two may start at once.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


SECRET_KEY = read_or_make_secret("SECRET_KEY", "secret.key")
# Newest first: the first wraps new case keys, the others still unwrap old ones.
MASTER_KEYS = read_or_make_secret("MASTER_KEYS", "master.key").split(",")

# --- How people reach us ------------------------------------------------------------------
SITE_URL = env.str("SITE_URL", f"http://127.0.0.1:{env.int('PORT', 8000)}").rstrip("/")
SITE_NAME = "Navigator"
ORGANISATION = env.str("ORGANISATION", "Navigator patient navigation")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", PRODUCTION)
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)  # whose tries to sign in are counted together
SECURE_CONTENT_TYPE_NOSNIFF = True
# Not "no-referrer": under it browsers send plain forms with "Origin: null", which the check
# against forged requests must refuse. No other host ever learns an address of ours.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_AGE = 60 * 60 * 12

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the authenticator's QR code is a data image
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- Rooms --------------------------------------------------------------------------------
INSTALLED_APPS = [
    "navigator",
    "cases.jobs",
    "cases.accounts",
    "cases.casework",
    "cases.clinical",
    "cases.hospitals",
    "cases.travel",
    "documents.records",
    "documents.dossiers",
    "navigator.portal",
    "navigator.desk",
    "navigator.api",
    "navigator.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_structlog",
    "drf_spectacular",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "navigator.middleware.PrivateResponseMiddleware",
    "navigator.middleware.ReadableAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "navigator.middleware.StaffSecondFactorMiddleware",
    "navigator.middleware.PersonMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
]

ROOT_URLCONF = "navigator.urls"
WSGI_APPLICATION = "navigator.wsgi.application"
ASGI_APPLICATION = "navigator.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "navigator.context.site",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

# --- Data ---------------------------------------------------------------------------------
DATABASES: dict[str, Any] = {
    "default": env.db_url(
        "DATABASE_URL", default=f"sqlite:///{quote(str(DATA_DIR / 'db.sqlite3'))}"
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
    # Tests use a file too: in memory, SQLite locks differently, and two threads prove nothing.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = 60
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHE_URL = env.str("CACHE_URL", "")
CACHES = {
    # Rate limits need a cache that all processes share.
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
        if CACHE_URL
        else {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "shared_cache",
        }
    )
}

# --- Files --------------------------------------------------------------------------------
S3_BUCKET = env.str("S3_BUCKET", "")
FILES_DIR = DATA_DIR / "files"
INCOMING_DIR = DATA_DIR / "incoming"  # sealed bytes that are still arriving
STORAGES: dict[str, Any] = {
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    "default": (
        {
            "BACKEND": "documents.records.bucket.SealedBucket",
            "OPTIONS": {
                "bucket_name": S3_BUCKET,
                "endpoint_url": env.str("S3_ENDPOINT_URL", "") or None,
                "access_key": env.str("S3_ACCESS_KEY", "") or None,
                "secret_key": env.str("S3_SECRET_KEY", "") or None,
                "region_name": env.str("S3_REGION", "us-east-1"),
                "addressing_style": env.str("S3_ADDRESSING_STYLE", "path"),
                "default_acl": "private",
                "file_overwrite": False,
                "querystring_expire": 60,
                "max_memory_size": 4 * 1024 * 1024,
            },
        }
        if S3_BUCKET
        else {
            "BACKEND": "documents.records.storage.SealedFolder",
            "OPTIONS": {
                "location": str(FILES_DIR),
                "base_url": None,
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
    ),
}
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
if not PRODUCTION:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
FILE_UPLOAD_PERMISSIONS = 0o600
# No plain bytes of an upload on a disk: small ones stay in memory, larger ones are taken only
# where a page has announced them (`documents.records.intake.takes_uploads`) and then sealed.
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "documents.records.intake.UnannouncedUploadHandler",
]
MAX_DOCUMENT_BYTES = env.int("MAX_DOCUMENT_BYTES", 200 * 1024 * 1024)
MAX_ARCHIVE_BYTES = env.int("MAX_ARCHIVE_BYTES", 4 * 1024 * 1024 * 1024)  # zips, images of scans
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", "")  # host:port or a socket's path; empty: no scanner
# Whether somebody else than the person who asked for a dossier has to seal it.
SEALING_NEEDS_TWO = env.bool("SEALING_NEEDS_TWO", False)
HOLD_WITHOUT_SCANNER = env.bool("HOLD_WITHOUT_SCANNER", PRODUCTION)
TESSERACT = env.str("TESSERACT", "tesseract")  # what reads photographs of papers; empty: nothing

# --- Background work ----------------------------------------------------------------------
BROKER_SOCKET = find_broker_socket(DATA_DIR)
BROKER_URL = env.str("BROKER_URL", f"redis+socket://{BROKER_SOCKET}")
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000  # KiB; a renderer's memory is given back in time
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
CELERY_TIMEZONE = "UTC"
CELERY_DB_REUSE_MAX = 10_000  # a connection outlives a job; `run_job` looks after broken ones

# --- Mail ---------------------------------------------------------------------------------
MAIL_DIR = DATA_DIR / "mail"
EMAIL_URL = env.str("EMAIL_URL", "")
if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(MAIL_DIR)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Navigator <desk@navigator.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- People -------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
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
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "cases.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # addresses come from staff, by invitation
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ADAPTER = "cases.accounts.adapter.FactorAdapter"
MFA_FORMS = {
    "add_webauthn": "cases.accounts.forms.StaffPasskeyForm",
    "edit_webauthn": "cases.accounts.forms.RenamePasskeyForm",
    "login_webauthn": "cases.accounts.forms.PasskeyLoginForm",
    "authenticate_webauthn": "cases.accounts.forms.PasskeySecondStepForm",
    "reauthenticate_webauthn": "cases.accounts.forms.PasskeyAgainForm",
}
MFA_TOTP_ISSUER = "Navigator"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

# --- Languages and time -------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("es", "Español"),
    ("ar", "العربية"),
    ("hi", "हिन्दी"),
    ("zh-hans", "简体中文"),
    ("ru", "Русский"),
]
LOCALE_PATHS = [BASE_DIR / "navigator" / "locale"]
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "navigator.formats"
TIME_ZONE = "UTC"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- API ----------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["navigator.api.authentication.DeskSession"],
    "DEFAULT_PERMISSION_CLASSES": ["navigator.api.permissions.StaffOfTheCase"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["navigator.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "navigator.api.pagination.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["navigator.api.filters.StrictFilters"],
    "EXCEPTION_HANDLER": "navigator.api.refusals.answer_refusal",
    "URL_FORMAT_OVERRIDE": None,
    "PAGE_SIZE": 50,
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min"},
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Navigator API",
    "DESCRIPTION": "Cases, records, facts, evaluations and dossiers, for staff of the case.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "JobState": "cases.jobs.models.JobState",
        "RecordState": "documents.records.models.DocumentState",
        "FactState": "cases.clinical.models.FactState",
        "VersionState": "documents.dossiers.models.VersionState",
    },
}

# --- Logs: ids, action, code, time, result; never a name, never a clinical word -----------
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": [
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
            ],
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                keep_codes_only,
                structlog.processors.JSONRenderer(),
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "fontTools": {"level": "ERROR"},
        "pikepdf": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
        "django.request": {"level": "ERROR"},
    },
}
