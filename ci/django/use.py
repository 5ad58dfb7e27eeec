"""What people do on the site after it has moved: reading, filtering, signing in, writing, deleting."""

import datetime
import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
django.setup()

from django.contrib.auth import authenticate  # noqa: E402
from django.db import IntegrityError, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from shop.models import Line, Order, Tag  # noqa: E402


def equal(found, expected):
    if found != expected:
        raise SystemExit(f"found {found!r}, expected {expected!r}")


orders = list(Order.objects.order_by("duration"))
equal(len(orders), 200)
first, second = orders[:2]
equal(second.duration, datetime.timedelta(hours=26, microseconds=1))
equal((first.address, second.address), ("2001:db8::1", "192.0.2.1"))
equal(first.payload, {"list": [1, 0], "none": None})
equal(bytes(second.scan), b"\x00\x01\xff")
equal((str(second.price), second.paid, second.gift, second.note), ("13.50", True, None, "ä\n"))
equal((second.day, second.clock), (datetime.date(2024, 2, 29), datetime.time(1, 2, 3, 400)))
equal(second.shipped, datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.timezone.utc))
equal(second.made.utcoffset(), datetime.timedelta(0))

equal(Order.objects.filter(payload__list__1=3).count(), 1)
equal(Order.objects.filter(made__lte=timezone.now(), shipped__gte=second.shipped, paid=True).count(), 100)
equal(Order.objects.filter(duration__gt=datetime.timedelta(hours=26, microseconds=99)).count(), 100)
equal(Order.objects.filter(user__username="ada", tags__name="red").count(), 133)
equal(Line.objects.get(ref=second.id).order, second)

ada = authenticate(username="ada", password="a secret of the story's")
ada.last_login = timezone.now()
ada.save()
written = Order.objects.create(
    user=ada, shipped=timezone.now(), address="::1", duration=datetime.timedelta(days=2), payload=[1], gift=True
)
written.tags.add(Tag.objects.create(name="blue"))
Line.objects.create(order=written, count=7, ref=written.id)
written = Order.objects.get(id=written.id)
equal((written.duration, written.address, written.payload), (datetime.timedelta(days=2), "::1", [1]))
equal(written.shipped.utcoffset(), datetime.timedelta(0))
for broken in (lambda: Line.objects.create(order=written, count=7), lambda: Line.objects.create(order=written, count=-1)):
    try:
        with transaction.atomic():
            broken()
    except IntegrityError:
        continue
    raise SystemExit("a constraint did not come along")
ada.delete()
equal(Order.objects.count(), 67)
