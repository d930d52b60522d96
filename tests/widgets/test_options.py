"""Keys that come before a list to choose from is there, and a search whose list is taken away."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.command import CommandList, DiscoveryHit, Hit, Hits, Provider
from textual.containers import Vertical
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tests.waiting import eventually, turn
from widgets.options import Dropdown, Options, Palette


class Choosing(App[None]):
    """A list to choose from that has no size until it is shown."""

    CSS = "Vertical { display: none; } Vertical.-shown { display: block; } Options { height: 5; }"

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Options(*(f"choice {number}" for number in range(20)))


async def test_a_page_in_a_list_without_a_size_is_nothing() -> None:
    app = Choosing()
    async with app.run_test() as pilot:
        options = app.query_one(Options)
        options.highlighted = 1
        options._move_page(1)
        options._move_page(-1)
        assert options.highlighted == 1
        app.query_one(Vertical).add_class("-shown")
        await eventually(lambda: options.scrollable_content_region.height, "the list is there")
        await pilot.press("pagedown")
        assert (options.highlighted or 0) > 1
        await pilot.press("pageup")
        assert options.highlighted == 1


class Deciding(App[None]):
    """A dropdown."""

    def compose(self) -> ComposeResult:
        yield Dropdown([(f"choice {number}", number) for number in range(20)], value=1, allow_blank=False)


async def test_a_page_in_a_dropdown_that_opens_is_nothing() -> None:
    app = Deciding()
    async with app.run_test() as pilot:
        dropdown = app.query_one(Dropdown)
        found = dropdown.query_one(OptionList)
        dropdown.expanded = True
        found._move_page(1)
        assert found.highlighted == 1
        await eventually(lambda: found.scrollable_content_region.height, "the list is there")
        await pilot.press("pagedown", "enter")
        assert isinstance(dropdown.value, int)
        assert dropdown.value > 1


async def test_a_page_in_a_palette_without_a_size_is_nothing() -> None:
    app = App[None]()
    async with app.run_test():
        palette = Palette()
        await app.push_screen(palette)
        found = palette.query_one(CommandList)
        found.display = False
        found.add_options([Option("one"), Option("two")])
        found.highlighted = 0
        palette._action_command_list("page_down")
        assert found.highlighted == 0


class Late(Provider):
    """Finds something at the moment at which the palette's list is gone."""

    async def discover(self) -> Hits:
        yield DiscoveryHit("one", lambda: None)

    async def search(self, query: str) -> Hits:
        palette = self.app.screen
        assert isinstance(palette, Palette)
        self.app.sub_title = "searching"
        while palette.query(CommandList):
            await turn()
        self.app.sub_title = "found"
        yield Hit(1.0, query, lambda: None)


class Searching(App[None]):
    COMMANDS = {lambda: Late}


async def test_a_search_whose_palette_goes_is_given_up() -> None:
    app = Searching()
    async with app.run_test() as pilot:
        palette = Palette()
        await app.push_screen(palette)
        await pilot.press("x")
        await eventually(lambda: app.sub_title == "searching", "the search begins")
        palette.dismiss()
        await eventually(lambda: not palette.is_attached, "the palette is gone")
        await pilot.pause()
        assert app.is_running, "what it finds is shown nowhere"
