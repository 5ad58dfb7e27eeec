"""What people do on the site before it moves."""

import datetime
import os
from decimal import Decimal

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from shop.models import Line, Order, Tag  # noqa: E402

ada = User.objects.create_user("ada", password="a secret of the story's")
red = Tag.objects.create(name="red")
for at in range(200):
    order = Order.objects.create(
        user=ada if at % 3 else None,
        shipped=datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.timezone.utc) if at % 2 else None,
        day=datetime.date(2024, 2, 29),
        clock=datetime.time(1, 2, 3, 400),
        duration=datetime.timedelta(hours=26, microseconds=at),
        address=f"192.0.2.{at}" if at % 2 else f"2001:db8::{at + 1:x}",
        payload={"list": [1, at], "none": None},
        price=Decimal("12.50") + at,
        paid=at % 2 == 1,
        scan=bytes([0, at, 255]),
        note="ä\n",
    )
    order.tags.add(red)
    Line.objects.create(order=order, count=at, ref=order.id)
