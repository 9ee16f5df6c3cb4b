"""The servers that other tests rely on are real, and go when they are no longer wanted."""

import subprocess
from pathlib import Path

import boto3
import psycopg
import pytest
import redis
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.components import need
from tests.servers import (
    ObjectStore,
    Postgres,
    Redis,
    copy_programs,
    find_postgres,
    find_postgres_of_wheel,
    run_postgres,
)


def test_postgresql_answers_queries(postgres_server: Postgres) -> None:
    with psycopg.connect(postgres_server.url()) as connection:
        row = connection.execute("SELECT version()").fetchone()
    assert row is not None
    assert row[0].startswith("PostgreSQL")


def test_postgresql_leaves_neither_process_nor_folder() -> None:
    with run_postgres(need("PostgreSQL", find_postgres())) as server:
        assert server.answers()
    assert server.process.poll() is not None
    assert not server.folder.exists()


def test_postgresql_of_the_wheel_runs_where_the_system_has_none() -> None:
    programs = need("the wheel of PostgreSQL", find_postgres_of_wheel())
    with run_postgres(programs) as server:
        assert server.answers()


def test_a_copy_of_the_wheels_programs_has_the_libraries_that_they_need(tmp_path: Path) -> None:
    programs = need("the wheel of PostgreSQL", find_postgres_of_wheel())
    copy = copy_programs(programs, tmp_path)
    for name in ("initdb", "postgres"):
        said = subprocess.run(
            [str(copy / name), "--version"], capture_output=True, text=True, check=True
        )
        assert "PostgreSQL" in said.stdout


def test_redis_comes_back_after_a_kill_with_what_it_held(redis_server: Redis) -> None:
    with redis.Redis.from_url(redis_server.url) as client:
        client.set("bell", "rung")
        client.execute_command("WAITAOF", 1, 0, 5000)
    redis_server.kill()
    assert not redis_server.answers()
    redis_server.restart()
    with redis.Redis.from_url(redis_server.url) as client:
        assert client.get("bell") == b"rung"


def make_client(store: ObjectStore, secret: str) -> "boto3.client":
    return boto3.client(
        "s3",
        endpoint_url=store.url,
        aws_access_key_id=store.access_key,
        aws_secret_access_key=secret,
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )


def test_the_object_store_keeps_bytes(object_store: ObjectStore) -> None:
    client = make_client(object_store, object_store.secret_key)
    client.put_object(Bucket=object_store.bucket, Key="a/b", Body=b"bytes")
    assert client.get_object(Bucket=object_store.bucket, Key="a/b")["Body"].read() == b"bytes"


def test_the_object_store_refuses_a_wrong_secret(object_store: ObjectStore) -> None:
    client = make_client(object_store, "another secret")
    with pytest.raises(ClientError):
        client.put_object(Bucket=object_store.bucket, Key="a/c", Body=b"bytes")
