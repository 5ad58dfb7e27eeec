"""A program on SQLAlchemy: a column of each type that it keeps otherwise in SQLite than in PostgreSQL."""

import datetime
import decimal
import enum
import random
import sys
import uuid

from sqlalchemy import (
    JSON, BigInteger, Boolean, Column, Computed, Date, DateTime, Enum, ForeignKey, Index, Integer, Interval, LargeBinary, Numeric,
    PickleType, SmallInteger, String, Table, Text, Time, Uuid, create_engine, delete, event, func, inspect, select, text, update,
)  # fmt: skip
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, relationship

UTC = datetime.timezone.utc


class Base(DeclarativeBase):
    pass


class Color(enum.Enum):
    red = "r"
    blue = "b"


marks = Table("marks", Base.metadata, Column("thing", ForeignKey("things.id"), primary_key=True), Column("tag", ForeignKey("tags.id"), primary_key=True))  # fmt: skip


class Tag(Base):
    __tablename__ = "tags"
    id = mapped_column(Integer, primary_key=True)
    name = mapped_column(String(20), unique=True)


class Thing(Base):
    __tablename__ = "things"
    id = mapped_column(Uuid, primary_key=True)
    number = mapped_column(Integer, nullable=False)
    parent = mapped_column(ForeignKey("things.id"))
    other = mapped_column(Uuid(native_uuid=False))
    color = mapped_column(Enum(Color))
    shade = mapped_column(Enum("dark", "light", native_enum=False, create_constraint=True, name="shade"))
    took = mapped_column(Interval)
    document = mapped_column(JSON)
    scan = mapped_column(LargeBinary)
    pickled = mapped_column(PickleType)
    price = mapped_column(Numeric(12, 4))
    is_paid = mapped_column(Boolean(create_constraint=True, name="paid"), nullable=False)
    made = mapped_column(DateTime(timezone=True), server_default=func.now())
    shown = mapped_column(DateTime)
    day = mapped_column(Date)
    clock = mapped_column(Time)
    small = mapped_column(SmallInteger)
    large = mapped_column(BigInteger)
    note = mapped_column(Text)
    twice = mapped_column(Integer, Computed("small * 2"))
    tags = relationship(Tag, secondary=marks)
    __table_args__ = (
        Index("paid_once", "number", unique=True, sqlite_where=text("is_paid = 1"), postgresql_where=text("is_paid")),
    )


def identifier(number):
    return uuid.UUID(int=random.Random(number).getrandbits(128), version=4)


def one(options, number):
    return options[number % len(options)]


def thing(number, **more):
    span, day = datetime.timedelta, datetime.date
    return Thing(
        id=identifier(number), number=number, other=one([None, identifier(-number)], number), color=one(list(Color), number),
        shade=one([None, "dark", "light"], number), document=one([{"b": 1, "a": [None, "ü"]}, [], 1.5, "x", True], number),
        took=one([None, span(0), span(days=-2, microseconds=7), span(days=400)], number), pickled=one([None, {"a": 1}], number),
        scan=one([b"", b"\0\1\xff", None], number), price=one([decimal.Decimal("1.5000"), decimal.Decimal("-3.14"), None], number),
        is_paid=number % 2 == 0, made=datetime.datetime(2024, 1, 2, 3, 4, 5, number, tzinfo=UTC),
        shown=one([None, datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31, 23, 59, 59, 999999)], number),
        day=one([None, day(2024, 2, 29)], number), clock=one([None, datetime.time(23, 59, 59, 999999)], number),
        small=one([-32768, 0, None], number), large=one([2**63 - 1, -(2**63), None], number), note=one(["", "ä\n😀", None], number),
        **more,
    )  # fmt: skip


def plain(value):
    """A moment without its zone: SQLAlchemy drops it in SQLite."""
    is_aware = isinstance(value, datetime.datetime) and value.tzinfo
    return value.astimezone(UTC).replace(tzinfo=None) if is_aware else value


def show(session):
    for row in session.scalars(select(Thing).order_by(Thing.number, Thing.is_paid)):
        print([plain(getattr(row, column.key)) for column in inspect(Thing).column_attrs], sorted(t.name for t in row.tags))


def use(session):
    for question in (
        Thing.id == identifier(5), Thing.other == identifier(-3), Thing.color == Color.red, Thing.shade == "dark", Thing.is_paid,
        Thing.took > datetime.timedelta(days=1), Thing.document["b"].as_integer() == 1, Thing.price == decimal.Decimal("1.5"),
        Thing.made >= datetime.datetime(2024, 1, 2, 3, 4, 5, 20, tzinfo=UTC), Thing.twice == -65536, Thing.scan == b"\0\1\xff",
        Thing.day == datetime.date(2024, 2, 29), Thing.tags.any(Tag.name == "ü"), Thing.parent == identifier(7),
    ):  # fmt: skip
        print(session.scalars(select(Thing.number).where(question).order_by(Thing.number)).all())
    session.add(thing(101, parent=identifier(3), tags=[Tag(name="new")]))
    session.execute(update(Thing).where(Thing.small == 0).values(took=datetime.timedelta(hours=1), color=Color.blue))
    session.execute(delete(marks).where(marks.c.thing == identifier(8)))
    session.commit()
    print(session.scalar(select(Tag.id).where(Tag.name == "new")))
    for broken in (Tag(name="ü"), thing(102, parent=identifier(999)), Thing(id=identifier(4), number=4, is_paid=False)):
        try:
            with session.begin_nested():
                session.add(broken)
        except IntegrityError:
            print("refused")
    show(session)


verb, url = sys.argv[1:]
engine = create_engine(url)
if engine.dialect.name == "sqlite":
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = ON"))
if verb == "make":
    Base.metadata.create_all(engine)
with Session(engine) as session:
    if verb == "fill":
        tags = [Tag(name=name) for name in ("red", "ü", "gone")]
        for number in range(40):
            session.add(thing(number, parent=identifier(number - 1) if number else None, tags=tags[: number % 3]))
            session.flush()
        session.commit()
    elif verb == "show":
        show(session)
    elif verb == "use":
        use(session)
