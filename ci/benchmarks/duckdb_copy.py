"""Copies tables of a SQLite file into an empty PostgreSQL database by DuckDB: duckdb_copy.py FILE CONNECTION TABLE…"""

import importlib.util
import pathlib
import sys

import duckdb

file, target, *tables = sys.argv[1:]
connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
for name in ("sqlite_scanner", "postgres_scanner"):
    package = importlib.util.find_spec(f"duckdb_extension_{name}").submodule_search_locations[0]
    extension = next(pathlib.Path(package).rglob("*.duckdb_extension"))
    connection.execute(f"LOAD '{extension}'")
connection.execute(f"ATTACH '{file}' AS source (TYPE sqlite, READ_ONLY)")
connection.execute(f"ATTACH '{target}' AS target (TYPE postgres)")
for table in tables:
    connection.execute(f'CREATE TABLE target.public."{table}" AS SELECT * FROM source."{table}"')
