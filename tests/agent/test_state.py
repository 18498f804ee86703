"""What the graph remembers."""

from typing import get_type_hints

from patchwright.agent.state import State, Update, initial, merged


def test_a_node_can_change_every_field_of_the_state_and_no_other() -> None:
    """Two types, since no TypedDict can inherit the same keys once required and once not."""
    assert get_type_hints(State) == get_type_hints(Update)
    assert State.__required_keys__ == Update.__optional_keys__


def test_a_state_begins_whole_and_stays_whole() -> None:
    state = initial("r", "c" * 40)
    assert state.keys() == State.__required_keys__
    assert merged(state, {"step": 3}) == {**state, "step": 3}
