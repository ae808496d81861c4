"""Reads lines of JSON with DuckDB, Polars and jq: json_lines.py SCHEMA FILE.

Fails unless each reader derives the types of the schema for all columns, without casts.
"""

import json
import subprocess
import sys

import duckdb
import polars

schema, lines = sys.argv[1:]
with open(schema, encoding="utf-8") as file:
    wanted = {name: column["type"] for name, column in json.load(file)["properties"].items()}
with open(lines, encoding="utf-8") as file:
    objects = [json.loads(line) for line in file]
columns = {name for line in objects for name in line}
wrong = []


def check(reader, name, found, types):
    """Notes a column whose type is not one of these."""
    if found not in types:
        wrong.append(f"{reader} reads {name}, which is a {wanted[name]}, as {found}")


# Text that is a time in all lines is read as one.
TEXT = {"VARCHAR", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "DATE"}
DUCKDB = {"integer": {"BIGINT", "UBIGINT"}, "boolean": {"BOOLEAN"}, "string": TEXT}
described = duckdb.sql(f"DESCRIBE SELECT * FROM read_json_auto('{lines}')").fetchall()
assert {name for name, *_ in described} == columns, described
for name, found, *_ in described:
    if wanted[name] == "array":
        check("DuckDB", name, found.startswith("STRUCT(") and "JSON" not in found, {True})
    else:
        check("DuckDB", name, found, DUCKDB[wanted[name]])

POLARS = {"integer": polars.Int64, "boolean": polars.Boolean, "string": polars.String}
frame = polars.scan_ndjson(lines, infer_schema_length=None).collect()
assert (set(frame.columns), frame.height) == (columns, len(objects)), frame
for name, found in frame.schema.items():
    if wanted[name] == "array":
        check("Polars", name, str(found).startswith("List(Struct("), {True})
    else:
        check("Polars", name, found, {POLARS[wanted[name]]})

# The query of docs/LOGGING.md, which each reader answers alike.
failed = [(line["exchange"], line["cause"]) for line in objects if line["stage"] == "failed"]
assert failed, "no line is that of a failure"
query = f"SELECT exchange, cause FROM '{lines}' WHERE stage = 'failed'"
assert sorted(duckdb.sql(query).fetchall()) == sorted(failed)
rows = frame.filter(polars.col("stage") == "failed").select("exchange", "cause").rows()
assert sorted(rows) == sorted(failed)
filtered = ["jq", "-c", 'select(.stage == "failed") | [.exchange, .cause]', lines]
output = subprocess.run(filtered, capture_output=True, check=True, text=True).stdout
assert [tuple(json.loads(line)) for line in output.splitlines()] == failed

print(f"{len(objects)} lines of {len(columns)} columns")
sys.exit("\n".join(wrong) if wrong else 0)
