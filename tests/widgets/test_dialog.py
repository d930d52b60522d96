"""Dialogs that are answered more than once by keys that were typed ahead."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.screen import Screen

from tests.waiting import eventually
from widgets.dialog import Dialog


class Below(Screen[None]):
    """What a dialog is about."""


async def test_a_second_answer_leaves_nothing_else() -> None:
    app = App[None]()
    answers: list[int | None] = []
    async with app.run_test():
        below, question = Below(), Dialog[int]()
        await app.push_screen(below)
        await app.push_screen(question, answers.append)
        question.dismiss(1)
        question.dismiss(2)
        await eventually(lambda: not question.is_attached, "the question is gone")
        assert app.screen is below
    assert answers == [1]


@pytest.mark.parametrize("above", [Dialog[None], Below])
async def test_an_answer_beneath_another_screen_leaves_neither(above: type[Screen[None]]) -> None:
    app = App[None]()
    answers: list[int | None] = []
    async with app.run_test() as pilot:
        question, other = Dialog[int](), above()
        await app.push_screen(question, answers.append)
        await app.push_screen(other)
        question.dismiss(1)
        await pilot.pause()
        assert app.screen is other
    assert answers == []
