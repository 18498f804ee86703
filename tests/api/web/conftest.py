"""A real browser without a screen, logged in to a real server."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException, TimeoutException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.api.http.conftest import Served
from tests.api.http.conftest import own_environment as own_environment  # fixtures that are used here as well
from tests.api.http.conftest import serve as serve
from tests.api.http.conftest import stage as stage

PROGRAMS = ("chromium", "chromedriver")
SECONDS = 40


class Browser:
    """Chromium, as a person uses it."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def log_in(self, served: Served, key: str) -> None:
        """Open the page, give the key, and wait until it has opened."""
        self.driver.get(f"{served.url}/")
        self.find("#key").send_keys(key)
        self.press("Log in")
        self.find("form[action='/logout']")

    def find(self, css: str) -> WebElement:
        """The first such element, once it is there."""
        try:
            waiting = WebDriverWait(self.driver, SECONDS, 0.5)
            return waiting.until(lambda driver: driver.find_element(By.CSS_SELECTOR, css))
        except TimeoutException:
            raise AssertionError(f"There is no {css} on the page:\n{self.text()}") from None

    def shows(self, css: str, words: str) -> bool:
        """Wait until such an element has these words; what is drawn anew meanwhile is looked at again."""
        gone = (NoSuchElementException, StaleElementReferenceException)
        waiting = WebDriverWait(self.driver, SECONDS, 0.5, ignored_exceptions=gone)
        return waiting.until(lambda driver: words in driver.find_element(By.CSS_SELECTOR, css).text)

    def has(self, css: str) -> bool:
        """Whether such an element is there now."""
        return bool(self.driver.find_elements(By.CSS_SELECTOR, css))

    def press(self, words: str) -> None:
        """Click the button with these words."""
        self.driver.find_element(By.XPATH, f"//button[normalize-space()='{words}']").click()

    def text(self) -> str:
        """What a person reads."""
        return self.driver.find_element(By.TAG_NAME, "body").text

    def run(self, script: str) -> object:
        """What a script of the test returns."""
        driver: Any = self.driver
        return driver.execute_script(script)

    def complaints(self) -> list[str]:
        """What the browser has logged: refused scripts, errors."""
        return [str(entry["message"]) for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]


@pytest.fixture(scope="session")
def chromium() -> Iterator[webdriver.Chrome]:
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        pytest.fail(f"{', '.join(missing)} is missing: `make setup` installs it (apt-get install chromium-driver).")
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1200,900"):
        options.add_argument(argument)
    options.binary_location = str(shutil.which("chromium"))
    driver = webdriver.Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
    yield driver
    driver.quit()


@pytest.fixture
def browser(chromium: webdriver.Chrome) -> Iterator[Browser]:
    opened = Browser(chromium)
    opened.complaints()  # those of a test before are not this one's
    yield opened
    chromium.delete_all_cookies()
    chromium.get("about:blank")
