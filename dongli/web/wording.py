"""Django's own messages that are said more plainly here: naming them puts them into our catalogue, which goes first."""

from django.utils.translation import gettext_noop

PLAINER = [
    gettext_noop("This field is required."),
    gettext_noop("Enter a valid value."),
    gettext_noop("Enter a whole number."),
    gettext_noop("Enter a valid date."),
    gettext_noop("Enter a valid date/time."),
]
