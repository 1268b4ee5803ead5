import uuid
from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

import services.accounts.tokens  # noqa: F401  its model belongs to this app
from services.accounts.rules import age_on


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in: citizen, clerk, manager or administrator. What they may do is told by memberships.

    A program of an agency is one, too, so that whoever reads has one kind of number; it never signs in.
    """

    class Gender(models.TextChoices):
        WOMAN = "woman", _("Woman")
        MAN = "man", _("Man")
        OTHER = "other", _("Another gender")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    personal_identifier = models.CharField(_("personal identifier"), max_length=20, unique=True, null=True, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    address = models.JSONField(_("address"), default=dict, blank=True)
    gender = models.CharField(_("gender"), max_length=10, choices=Gender, blank=True, default="", db_default="")
    may_be_counted = models.BooleanField(
        _("may be counted"),
        default=False,
        db_default=False,
        help_text=_("Whether gender, age, place and language may be counted, to see whether all are served alike."),
    )
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    wants_mail = models.BooleanField(_("notices by e-mail"), default=True)
    wants_sms = models.BooleanField(_("notices by SMS"), default=False)
    notices_read_at = models.DateTimeField(null=True, editable=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_program = models.BooleanField(default=False, db_default=False, editable=False)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_any_case"),
            models.CheckConstraint(
                name="user_reachable", condition=models.Q(wants_mail=True) | models.Q(wants_sms=True)
            ),
            models.CheckConstraint(
                name="programs_never_sign_in", condition=models.Q(is_program=False) | models.Q(is_active=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def age_on(self, day: date) -> int | None:
        """Give the age in whole years, or None when the date of birth isn't known."""
        return age_on(self.birth_date, day) if self.birth_date else None
