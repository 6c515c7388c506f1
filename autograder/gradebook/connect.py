"""Connections: SQLite with write-ahead log and patience, PostgreSQL by URL; the tables brought up to date.

One writer at a time, in both: a writing transaction takes the write lock at its start, so what it reads
cannot change before it writes, and nobody ever waits for a lock half way through.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Engine, MetaData, String, create_engine, event, inspect, select, text
from sqlalchemy import Table as Sketch
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from autograder.errors import GradebookError
from autograder.gradebook.schema import Table

PATIENCE = 60  # seconds that a writer waits for another
MIGRATIONS = Path(__file__).parent / "migrations"
VERSION = Sketch("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))  # alembic's own
_LOCK = 7_224_001  # PostgreSQL's advisory lock of a gradebook's writers
_WRITING = "autograder_writing"


class Database:
    """A database whose tables are those of this version. Threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{_WRITING: True})

    @classmethod
    def open(cls, where: str | Path) -> Database:
        """Open the file or the URL, make or migrate its tables. Raises GradebookError with a mend."""
        url = _url(where)
        shown = url.render_as_string(hide_password=True)
        try:
            engine = _engine(url)
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            mend = "Name a file, or a URL: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
            raise GradebookError(f"{shown} is not a database that can be used: {error}", mend=mend) from None
        database = cls(engine)
        try:
            with database._writer.begin() as connection:
                _migrate(connection, shown)
        except SQLAlchemyError as error:
            engine.dispose()
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            mend = "Name another file or URL with --gradebook, or see that the server runs and lets you in."
            raise GradebookError(f"the gradebook {shown} cannot be opened: {reason}", mend=mend) from None
        except BaseException:
            engine.dispose()
            raise
        return database

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of everything."""
        with self._told(), Session(self._engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose changes are seen by others all at once when the block ends, or not at all."""
        with self._told(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the database refuses by no fault of ours, as a GradebookError: a full disk, a server that has gone."""
        try:
            yield
        except OperationalError as error:
            shown = self._engine.url.render_as_string(hide_password=True)
            reason = str(error.orig).strip().splitlines()[0]
            mend = "See that it can be reached and written"
            if "full" in reason or "No space left" in reason or "disk I/O" in reason:
                mend = "Make room on that disk"
            raise GradebookError(
                f"the gradebook {shown} cannot be used: {reason}",
                mend=f"{mend}. What is stored is whole; the same command goes on from there.",
            ) from None

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    def elsewhere(self) -> Database:
        """The same for a forked process, without a look at the tables: this one has brought them up to date."""
        return Database(_engine(self._engine.url))

    def settle(self) -> None:
        """Bring everything into the file itself, where a log lies beside it: nothing that was deleted stays there."""
        if self.dialect == "sqlite":
            with self._engine.connect() as connection:
                plain = connection.connection.driver_connection
                if plain is not None:
                    plain.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _url(where: str | Path) -> URL:
    if isinstance(where, Path) or "://" not in where:
        return URL.create("sqlite", database=str(Path(where).expanduser()))
    try:
        url = make_url(where)
    except ArgumentError as error:
        raise GradebookError(f"{where!r} is not a URL: {error}", mend="As in sqlite:///FILE") from None
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    return url


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        if url.database:
            _private(Path(url.database))
        engine = create_engine(url, connect_args={"timeout": PATIENCE})
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    engine = create_engine(url, pool_pre_ping=True)
    if engine.dialect.name == "postgresql":
        event.listen(engine, "begin", _postgres_begin)
    return engine


def _private(path: Path) -> None:
    """The file, readable by its owner only: it holds the class's work and the secret of the hidden cases."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise GradebookError(f"the gradebook {path} cannot be written: {reason}", mend="Name another file.") from None


def _sqlite_connected(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where _sqlite_begin says, not where the driver guesses
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # what is stored is there after a loss of power, too
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _postgres_begin(connection: Connection) -> None:
    if connection.get_execution_options().get(_WRITING):
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _migrate(connection: Connection, shown: str) -> None:
    """Bring the tables up to this version, inside the caller's transaction."""
    tables = inspect(connection).get_table_names()
    if not tables:
        Table.metadata.create_all(connection)
        VERSION.create(connection)
        connection.execute(VERSION.insert().values(version_num=newest()))
    elif VERSION.name not in tables or connection.scalar(select(VERSION.c.version_num)) != newest():
        _walk(connection, shown)


def newest() -> str:
    """The last step of ``migrations``: its file's number."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _walk(connection: Connection, shown: str) -> None:
    """Take the steps that are missing."""
    from alembic import command  # slow to import, and most gradebooks are new or of this version
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise GradebookError(
            f"the gradebook {shown} was made by a later version of the autograder: {error}",
            mend="Install that version, or name another gradebook.",
        ) from None
