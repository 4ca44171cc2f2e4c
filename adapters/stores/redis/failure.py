"""What an error of Redis means to an operator, in one line without values."""

from __future__ import annotations

import re

from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    RedisError,
    ResponseError,
)
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.sentinel import MasterNotFoundError

from calls.ports import JournalError

_CODE = re.compile(r"[A-Z]{3,20}\b")

_TO_DO = {
    "NOREPLICAS": (
        "too few replicas follow the master (min-replicas-to-write); bring them back, then it goes "
        "on by itself"
    ),
    "MISCONF": (
        "the server cannot write to its disk; free some space or see the server's log, then it "
        "goes on by itself"
    ),
    "OOM": ("the server's memory is full (maxmemory); raise it, then it goes on by itself"),
    "READONLY": "this server is a replica; name the master, or the sentinels",
    "LOADING": "the server reads its data back in after a start; it goes on by itself",
    "BUSY": "the server is busy with a script; see its log",
    "MASTERDOWN": "this server is a replica that has lost its master; name the sentinels",
    "NOAUTH": ("the server wants a password; write it into the file of secrets as redis/password"),
    "WRONGPASS": "user or password are wrong; check the address and the file of secrets",
    "NOPERM": (
        "the user may not do this; allow it the keys careline:* and the commands of streams, "
        "hashes, sets, scripts, INFO and BGREWRITEAOF"
    ),
    "CLUSTERDOWN": "the cluster is down; see the state of its nodes",
    "MOVED": "this is a node of a cluster that has the site's keys elsewhere; name that node",
    "WRONGTYPE": (
        "a key of the journal is of another type: somebody else writes to it; put the data back "
        "from the last backup, or name another database"
    ),
}


_LASTS = {"NOAUTH", "WRONGPASS", "NOPERM", "MOVED", "WRONGTYPE"}
"""Until somebody changes something."""


def passes(error: BaseException) -> bool:
    """Whether what was refused may be done in a moment, with nobody doing anything about it."""
    word = code(error)
    if word:
        return word in _TO_DO and word not in _LASTS
    return not isinstance(error, ResponseError)


def code(error: BaseException) -> str:
    """The word with which the server began its error, such as ``NOREPLICAS``; else empty."""
    if isinstance(error, BusyLoadingError):
        return "LOADING"
    text = str(error)
    for known in _TO_DO:  # redis-py takes some of the words off and puts others before them
        if text.startswith(known) or f" {known} " in text[:80]:
            return known
    kinds = {"OutOfMemoryError": "OOM", "ReadOnlyError": "READONLY", "NoPermissionError": "NOPERM"}
    kinds |= {"MovedError": "MOVED", "ClusterDownError": "CLUSTERDOWN"}
    kinds |= {"MasterDownError": "MASTERDOWN"}
    if type(error).__name__ in kinds:
        return kinds[type(error).__name__]
    if isinstance(error, AuthenticationError):
        return "NOAUTH" if "required" in text else "WRONGPASS"
    found = _CODE.match(text) if isinstance(error, ResponseError) else None
    return found[0] if found else ""


def explained(error: BaseException, shown: str) -> JournalError:
    """What an operator should read and do.

    Args:
        error: from redis-py or the socket.
        shown: the address, without a password.
    """
    word = code(error)
    if word in _TO_DO:
        todo = _TO_DO[word]
    elif isinstance(error, MasterNotFoundError):
        todo = (
            "no sentinel knows a master of this name now; check the name and that the sentinels "
            "run; after a failover it goes on by itself"
        )
    elif isinstance(error, TimeoutError | RedisTimeoutError):
        todo = "it did not answer in time; check the server's load, its disk and the network"
    elif isinstance(error, OSError) or (
        isinstance(error, RedisError) and not isinstance(error, ResponseError)
    ):
        todo = "it cannot be reached; check that it runs and that the network lets this node in"
    else:
        todo = f"unexpected {type(error).__name__} {word}".rstrip()
    return JournalError(f"{shown}: {todo}")
