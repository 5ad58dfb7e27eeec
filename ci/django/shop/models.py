"""A field of each kind that Django keeps differently on SQLite and on PostgreSQL."""

import uuid

from django.contrib.auth.models import User
from django.db import models


class Tag(models.Model):
    name = models.CharField(max_length=40, unique=True)


class Order(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    made = models.DateTimeField(auto_now_add=True)
    shipped = models.DateTimeField(null=True)
    day = models.DateField(null=True)
    clock = models.TimeField(null=True)
    duration = models.DurationField(null=True)
    address = models.GenericIPAddressField(null=True)
    payload = models.JSONField(default=dict)
    price = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    paid = models.BooleanField(default=False)
    gift = models.BooleanField(null=True)
    scan = models.BinaryField(default=b"")
    copies = models.PositiveSmallIntegerField(default=1)
    ratio = models.FloatField(default=0.5)
    note = models.TextField(blank=True)
    tags = models.ManyToManyField(Tag)


class Line(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)
    count = models.BigIntegerField()
    ref = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "count"], name="line_once"),
            models.CheckConstraint(condition=models.Q(count__gte=0), name="count_positive"),
        ]
        indexes = [models.Index(fields=["-count"], name="by_count"), models.Index(fields=["ref"], name="by_ref")]
