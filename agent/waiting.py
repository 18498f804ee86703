"""Waiting for what cannot be interrupted: a model's answer, an image."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Answer = TypeVar("Answer")

LOOK_SECONDS = 0.5


def waited(work: Callable[[], Answer], look: Callable[[], None], every: float = LOOK_SECONDS) -> Answer:
    """What `work` gives or raises, done in a thread; `look` is called now and then and may raise to give it up.

    What was given up goes on in its thread until it ends or the process does; its answer is dropped.
    """
    answer: Future[Answer] = Future()
    threading.Thread(target=_work, args=(work, answer), daemon=True, name="waited").start()
    while True:
        try:
            return answer.result(every)
        except TimeoutError:
            if answer.done():
                return answer.result()
            look()


def _work(work: Callable[[], Answer], answer: Future[Answer]) -> None:
    try:
        answer.set_result(work())
    except BaseException as error:  # carried to the thread that waits
        answer.set_exception(error)
