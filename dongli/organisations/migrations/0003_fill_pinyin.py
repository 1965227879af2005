"""Departments that were there before they could be found by pinyin."""

from typing import Any

from django.db import migrations

from dongli.areas.naming import pinyin_keys


def fill(apps: Any, schema_editor: Any) -> None:
    """Write the keys of every organisation that has none."""
    organisation = apps.get_model("organisations", "Organisation")
    rows = list(organisation.objects.filter(pinyin=""))
    for row in rows:
        row.pinyin, row.initials = pinyin_keys(row.name)
    organisation.objects.bulk_update(rows, ["pinyin", "initials"], 500)


class Migration(migrations.Migration):
    dependencies = [("organisations", "0002_find_by_pinyin")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
