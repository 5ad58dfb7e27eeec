"""A site on SQLite, or on PostgreSQL where STORY_POSTGRESQL names the folder of its socket, a database and a user."""

import os

SECRET_KEY = "a story's"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "shop",
]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if "STORY_POSTGRESQL" in os.environ:
    host, name, user = os.environ["STORY_POSTGRESQL"].split()
    DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "HOST": host, "NAME": name, "USER": user}}
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["STORY_SQLITE"]}}
