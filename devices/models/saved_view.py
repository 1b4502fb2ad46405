"""A question that somebody asks often: a page's address under a name, for one person or for all."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A filter with its order and columns; whoever opens it asks anew, with their own rights."""

    class Page(models.TextChoices):
        """Where it leads."""

        DEVICES = "devices", _("Devices")
        LOGS = "logs", _("Logs")

    page = models.CharField(max_length=8, choices=Page)
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    shared = models.BooleanField(default=False, help_text="everybody who may browse sees it")
    query = models.TextField(blank=True, help_text="the address behind its question mark")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("name", "id")
        constraints = (
            # saved.save: saving under a name again replaces what it meant
            models.UniqueConstraint(
                fields=("owner", "page", "name"), name="saved_view_one_per_name"
            ),
        )
        indexes = (
            # saved.offered: what everybody is offered on a page
            models.Index("page", "name", name="saved_view_shared", condition=models.Q(shared=True)),
        )

    def __str__(self) -> str:
        return self.name
