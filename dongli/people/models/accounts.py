"""Accounts: one record per person, whether they log in or not."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.crypto import EncryptedTextField
from dongli.common.ids import new_id


class UserManager(BaseUserManager["User"]):
    """Makes accounts; nobody is a superuser, since what an administrator may do is a grant like any other."""

    def create_user(self, username: str | None = None, password: str | None = None, **fields: object) -> "User":
        user = self.model(username=username or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who can log in: residents by phone and code, staff by user name, password and a second factor."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=40, unique=True, null=True, blank=True)
    name = models.CharField(max_length=60, blank=True)
    phone = EncryptedTextField(blank=True, default="")
    phone_hash = models.CharField(max_length=64, blank=True, default="")
    phone_verified = models.BooleanField(default=False)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    left_at = models.DateTimeField(null=True, blank=True)
    home = models.ForeignKey(Area, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=10, blank=True)
    must_change_password = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []  # type: ignore[misc]  # an instance variable in the stubs

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["phone_hash"], condition=~Q(phone_hash=""), name="one_account_per_phone")
        ]

    def __str__(self) -> str:
        return self.name or self.username or str(self.id)

    def get_full_name(self) -> str:
        return self.name

    @property
    def may_log_in(self) -> bool:
        """False from the moment somebody has left."""
        return self.is_active and (self.left_at is None or self.left_at > now())

    @property
    def is_staff(self) -> bool:
        """Django's admin asks; the answer is whether an administrator's grant holds now."""
        from dongli.people.models.grants import Role
        from dongli.people.viewer import Viewer

        return Viewer.of(self).has(Role.ADMINISTRATOR)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Admin permissions follow the administrator's grant; what may be edited stands in each `admin.py`."""
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff
