"""What goes out to a hospital: numbered versions that never change, links, and who opened them."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import User
from cases.casework.models import Case, OfCaseQuerySet
from cases.hospitals.models import Contact, Message, Referral
from documents.records.models import DocumentFile


class SealKey(models.Model):
    """A key that the installation seals with. One is current; certificates are kept for ever.

    The private key (PKCS#8) is wrapped by a master key, bound to the row's id.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    certificate = models.TextField(_("certificate"), editable=False)
    fingerprint = models.CharField(_("SHA-256 of the certificate"), max_length=64, unique=True)
    wrapped_key = models.BinaryField()
    master_key_id = models.CharField(max_length=16, editable=False)
    is_current = models.BooleanField(_("seals now"), default=True)
    made_at = models.DateTimeField(_("made at"))
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    class Meta:
        verbose_name = _("seal key")
        verbose_name_plural = _("seal keys")
        ordering: ClassVar = ["-made_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="seal_key_one_is_current"
            ),
            models.CheckConstraint(
                condition=Q(is_current=True, retired_at__isnull=True)
                | Q(is_current=False, retired_at__isnull=False),
                name="seal_key_retired_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.fingerprint[:16]


class SheetsQuerySet(OfCaseQuerySet["Sheets"]):
    case_path = "file__document__case"


class Sheets(models.Model):
    """The pages of a source file, drawn once as they stand behind every dossier.

    A stored object that can be made anew at any time. `made_of` is the hash of what it was drawn
    from and of the way of drawing: another hash means that it is stale.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.OneToOneField(DocumentFile, on_delete=models.CASCADE, related_name="sheets")
    made_of = models.CharField(max_length=64)
    object_name = models.CharField(max_length=120, unique=True, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.BigIntegerField(_("bytes"))
    count = models.PositiveIntegerField(_("pages"))
    made_at = models.DateTimeField(_("drawn at"))

    objects = SheetsQuerySet.as_manager()

    class Meta:
        verbose_name = _("drawn pages of a source")
        verbose_name_plural = _("drawn pages of sources")

    def __str__(self) -> str:
        return f"sheets of {self.file_id}"


class Dossier(models.Model):
    """The dossier of a case, for one referral or (none) for the case as such."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="dossiers")
    referral = models.ForeignKey(
        Referral, on_delete=models.PROTECT, related_name="dossiers", null=True, blank=True
    )
    created_at = models.DateTimeField(_("begun at"))

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "referral"], name="dossier_once_a_referral"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(referral__isnull=True), name="dossier_once_a_case"
            ),
        ]

    def __str__(self) -> str:
        return f"dossier {self.case}"


class VersionState(models.TextChoices):
    BUILDING = "building", _("Being made")
    FAILED = "failed", _("Could not be made")
    TO_CHECK = "to_check", _("To be checked")
    SEALED = "sealed", _("Sealed")
    SENT = "sent", _("Sent")
    SUPERSEDED = "superseded", _("Superseded")
    RECALLED = "recalled", _("Recalled")


class VersionVariant(models.TextChoices):
    FULL = "full", _("Whole dossier")
    SUMMARY = "summary", _("One-page summary")
    DEIDENTIFIED = "deidentified", _("Without identity")


SEALED_STATES = frozenset(
    {VersionState.SEALED, VersionState.SENT, VersionState.SUPERSEDED, VersionState.RECALLED}
)


class OfDossierQuerySet(OfCaseQuerySet["DossierVersion"]):
    case_path = "dossier__case"


class DossierVersion(models.Model):
    """One numbered version. Once sealed, neither the row's hashes nor the bytes change.

    `contents` is the frozen JSON of all that the PDF says and `contents_sha256` its hash (in the
    footer of every page); `file_sha256` is of the PDF's bytes, from the sealing on with the
    signature, and `seal_mark` the hash of that signature. What was sealed before files were signed
    has no `seal_key`. `source_choice` says which pages of a document stand behind it, by its id
    (`{"<id>": [1, 3]}`; an empty list leaves it out); a document that is not named stands there
    whole. `language` is that of the frame. A version without identity carries a random `alias`
    instead of the case's reference.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(
        _("state"), max_length=12, choices=VersionState.choices, default=VersionState.BUILDING
    )
    variant = models.CharField(
        _("form"), max_length=12, choices=VersionVariant.choices, default=VersionVariant.FULL
    )
    language = models.CharField(_("language"), max_length=10, default="en")
    alias = models.CharField(
        _("reference that names nobody"), max_length=20, blank=True, default="", editable=False
    )
    reference_date = models.DateField(_("reference date"))
    contents = models.JSONField(_("contents"), null=True, blank=True)
    contents_sha256 = models.CharField(
        _("hash of the contents"), max_length=64, blank=True, default=""
    )
    file_sha256 = models.CharField(_("hash of the file"), max_length=64, blank=True, default="")
    size = models.BigIntegerField(_("bytes"), default=0)
    page_count = models.PositiveIntegerField(_("pages"), default=0)
    object_name = models.CharField(max_length=120, blank=True, default="", editable=False)
    source_choice = models.JSONField(_("pages behind it"), default=dict, blank=True, editable=False)
    seal_key = models.ForeignKey(
        SealKey,
        verbose_name=_("sealed with"),
        on_delete=models.PROTECT,
        related_name="versions",
        null=True,
        blank=True,
    )
    seal_mark = models.CharField(
        _("hash of the signature"),
        max_length=64,
        blank=True,
        default="",
        db_index=True,
        editable=False,
    )
    failure_code = models.CharField(_("what went wrong"), max_length=60, blank=True, default="")
    asked_by = models.ForeignKey(
        User, verbose_name=_("asked for by"), on_delete=models.PROTECT, related_name="+", null=True
    )
    asked_at = models.DateTimeField(_("asked for at"))
    sealed_at = models.DateTimeField(_("sealed at"), null=True, blank=True)
    sealed_by = models.ForeignKey(
        User,
        verbose_name=_("sealed by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )

    recalled_at = models.DateTimeField(_("recalled at"), null=True, blank=True)
    recall_reason = models.CharField(_("recalled because"), max_length=300, blank=True, default="")

    objects = OfDossierQuerySet.as_manager()

    class Meta:
        verbose_name = _("dossier version")
        verbose_name_plural = _("dossier versions")
        ordering: ClassVar = ["dossier", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dossier", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["alias"], condition=~Q(alias=""), name="version_alias_once"
            ),
            models.CheckConstraint(
                condition=Q(variant="deidentified") & ~Q(alias="")
                | ~Q(variant="deidentified") & Q(alias=""),
                name="version_alias_where_nobody_is_named",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sealed", "sent", "superseded", "recalled"])
                | (
                    Q(sealed_at__isnull=False)
                    & ~Q(file_sha256="")
                    & ~Q(contents_sha256="")
                    & ~Q(object_name="")
                ),
                name="version_sealed_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    @property
    def printed_reference(self) -> str:
        """What its pages, its links and its file name call the case."""
        return self.alias or str(self.dossier.case.reference)

    @property
    def names_nobody(self) -> bool:
        return self.variant == VersionVariant.DEIDENTIFIED

    @property
    def is_sealed(self) -> bool:
        return self.state in SEALED_STATES


class DossierItem(models.Model):
    """A source file that a version was made from."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(DossierVersion, on_delete=models.PROTECT, related_name="items")
    file = models.ForeignKey(DocumentFile, on_delete=models.PROTECT, related_name="dossier_items")
    position = models.PositiveSmallIntegerField(_("number of the source"))

    class Meta:
        ordering: ClassVar = ["version", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "file"], name="item_once_a_version"),
            models.UniqueConstraint(fields=["version", "position"], name="item_position_once"),
        ]

    def __str__(self) -> str:
        return f"S{self.position}"


class GrantQuerySet(OfCaseQuerySet["Grant"]):
    case_path = "version__dossier__case"

    def live(self, now: datetime) -> "GrantQuerySet":
        return self.filter(revoked_at__isnull=True, expires_at__gt=now)


class Grant(models.Model):
    """A contact's expiring link to a version. Only hashes of the link and of its code are kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(DossierVersion, on_delete=models.PROTECT, related_name="grants")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="grants")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, related_name="grants", null=True, blank=True
    )
    code_hash = models.CharField(max_length=128, blank=True, default="", editable=False)
    code_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    code_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("made at"))
    created_by = models.ForeignKey(
        User, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+"
    )
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        User,
        verbose_name=_("revoked by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("link for a hospital")
        verbose_name_plural = _("links for hospitals")
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="grant_expires_after_made"
            )
        ]

    def __str__(self) -> str:
        return f"grant {self.pk}"

    def state(self, now: datetime) -> str:
        """live, expired or revoked; to the minute and beyond."""
        if self.revoked_at is not None:
            return "revoked"
        return "live" if self.expires_at > now else "expired"


class AccessKind(models.TextChoices):
    CODE_SENT = "code_sent", _("Code sent")
    OPENED = "opened", _("Opened")
    DOWNLOADED = "downloaded", _("Downloaded")
    REFUSED = "refused", _("Refused")
    RENEWAL_ASKED = "renewal_asked", _("New link asked for")


class AccessQuerySet(OfCaseQuerySet["Access"]):
    case_path = "grant__version__dossier__case"


class Access(models.Model):
    """One use of a grant; committed before the first byte leaves, and never changed."""

    id = models.BigAutoField(primary_key=True)
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="accesses")
    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("what"), max_length=15, choices=AccessKind.choices)

    objects = AccessQuerySet.as_manager()

    class Meta:
        verbose_name = _("access")
        verbose_name_plural = _("accesses")
        ordering: ClassVar = ["-at"]

    def __str__(self) -> str:
        return self.kind


class NoticeReason(models.TextChoices):
    SUPERSEDED = "superseded", _("Replaced by a newer version")
    RECALLED = "recalled", _("Called back")


class NoticeQuerySet(OfCaseQuerySet["Notice"]):
    case_path = "version__dossier__case"


class Notice(models.Model):
    """A contact who opened a version is told, once, what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(DossierVersion, on_delete=models.PROTECT, related_name="notices")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="notices")
    reason = models.CharField(_("why"), max_length=12, choices=NoticeReason.choices)
    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="notice")
    made_at = models.DateTimeField(_("made at"))

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice about a version")
        verbose_name_plural = _("notices about versions")
        ordering: ClassVar = ["-made_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "contact", "reason"], name="notice_once_a_contact"
            )
        ]

    def __str__(self) -> str:
        return self.reason
