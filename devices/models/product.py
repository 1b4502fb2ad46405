"""What a kind of device can say: one specification for all devices of a product."""

from django.db import models

from .loading import Loaded


class Product(Loaded):
    """A vendor's product: its data points with type, range, unit and scale."""

    product_id = models.CharField(primary_key=True, max_length=64)
    name = models.CharField(max_length=255, blank=True)
    category = models.CharField(max_length=32, blank=True, db_index=True)
    items = models.JSONField(
        default=list,
        help_text="the data points: code, type, values, name, desc, dp_id, access",
    )
    specified_at = models.DateTimeField(null=True, help_text="when the specification was last read")
    specification_tried_at = models.DateTimeField(null=True)
    specification_problem = models.TextField(blank=True, help_text="why it could not be read")

    class Meta:
        ordering = ("name", "product_id")

    def __str__(self) -> str:
        return self.name or self.product_id
