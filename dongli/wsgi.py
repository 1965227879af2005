"""The WSGI application."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dongli.settings")

application = get_wsgi_application()
_ = get_resolver().url_patterns  # imports every view before the first visitor comes
# Looking for unused cycles among everything takes 0.1 s, in the middle of somebody's request: what stays as long as the
# process is left out, and the rest looked at seldom (the default is after 700, 10 and 10).
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
