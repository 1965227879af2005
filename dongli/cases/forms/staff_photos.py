"""Photos in a form of the staff: saved as drafts as soon as they arrive, so that another field may be wrong."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from dongli.cases.actions.photos import save_drafts
from dongli.cases.models import Photo
from dongli.common.crypto import keyed_hash
from dongli.common.errors import Invalid
from dongli.common.ids import parse_id
from dongli.people.viewer import Viewer

MOST_KEPT = 9


class PhotosInput(forms.FileInput):
    """Several files under one name."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """All files sent under the name."""
        return files.getlist(name) if hasattr(files, "getlist") else []


class PhotosField(forms.Field):
    """Files as they came; `PhotosMixin` makes drafts of them."""

    widget = PhotosInput(attrs={"accept": "image/*"})


class PhotosMixin(forms.Form):
    """A form with photo fields. `viewer` and the form's key own the drafts; kept ones come back as `kept_<field>`."""

    viewer: Viewer

    @property
    def draft_key(self) -> str:
        """Who owns this form's drafts: nobody else can name it."""
        key = self["idempotency_key"].value()
        return keyed_hash(f"draft:{self.viewer.known.id}:{key}")

    def keep(self, name: str) -> tuple[UUID, ...]:
        """Ids of this field's drafts: those kept from an earlier try and those just sent."""
        kept = self.kept(name)
        try:
            new = save_drafts(draft_key=self.draft_key, uploads=self.cleaned_data[name] or [], kept=len(kept))
        except Invalid as refusal:
            raise ValidationError(str(refusal.message)) from refusal
        found = (*(photo.id for photo in kept), *(photo.id for photo in new))
        self.found_photos = {**getattr(self, "found_photos", {}), name: found}
        return found

    def kept(self, name: str) -> list[Photo]:
        """Drafts of an earlier try of this form that are still this viewer's."""
        texts = self.data.getlist(f"kept_{name}") if hasattr(self.data, "getlist") else []
        ids = [key for key in map(parse_id, texts[:MOST_KEPT]) if key is not None]
        return list(Photo.objects.filter(pk__in=ids, case=None, draft_key=self.draft_key)) if ids else []

    @property
    def kept_ids(self) -> list[tuple[str, UUID]]:
        """What a mended form sends along: (hidden field, id)."""
        found: dict[str, tuple[UUID, ...]] = getattr(self, "found_photos", {})
        return [(f"kept_{name}", key) for name, ids in found.items() for key in ids]


class AfterPhotosMixin(PhotosMixin):
    """One field of photos."""

    photos = PhotosField(label=gettext_lazy("Photos"), required=False)

    def clean_photos(self) -> tuple[UUID, ...]:
        return self.keep("photos")


class BeforeAndAfterMixin(PhotosMixin):
    """Photos before the work and after it."""

    before = PhotosField(label=gettext_lazy("Photos before"), required=False)
    photos = PhotosField(label=gettext_lazy("Photos after"), required=False)

    def clean_before(self) -> tuple[UUID, ...]:
        return self.keep("before")

    def clean_photos(self) -> tuple[UUID, ...]:
        return self.keep("photos")
