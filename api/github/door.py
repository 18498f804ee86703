"""What the door to GitHub works with, given by argument."""

from dataclasses import dataclass, field

from patchwright.agent.deps import Deps
from patchwright.api.choices import NOTHING_NAMED, Choices
from patchwright.api.dispatch.base import Dispatch
from patchwright.api.github.access import Access
from patchwright.api.github.book import Book
from patchwright.api.github.events import Place
from patchwright.api.github.payloads import Repository
from patchwright.api.github.posting import Poster
from patchwright.api.github.settings import GithubSettings
from patchwright.tools.secrets import Redactor


@dataclass(frozen=True, slots=True)
class GithubDoor:
    """`deps` is for acts that ask no model; `choices` are kept with each run that is started here."""

    settings: GithubSettings
    book: Book
    access: Access
    deps: Deps
    dispatch: Dispatch
    redactor: Redactor
    choices: Choices = field(default=NOTHING_NAMED)

    def repository(self, place: Place) -> Repository:
        """The repository by its id, under the name that it has now. Raises what `Rest.get` raises."""
        rest = self.access.repository(place.repository_id, place.installation)
        return Repository.model_validate(rest.get(f"/repositories/{place.repository_id}"))

    def poster(self, place: Place, repository: str) -> Poster:
        """Our pen there."""
        rest = self.access.repository(place.repository_id, place.installation)
        return Poster(rest, self.book, self.redactor, repository, self.access.login(place.installation))

    def address(self, repository: str) -> str:
        """Where git finds it: built by us, never taken from a payload (NET-01)."""
        return f"{self.settings.web_url}/{repository}.git"
