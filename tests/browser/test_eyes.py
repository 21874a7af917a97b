"""What eyes.py must see though all the rest of the page was judged before: each fault alone, at both widths."""

import pytest

from tests.browser.eyes import look
from tests.browser.test_gallery import address  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser

# What is put at the end of the page's main part, or done to it, and the words of what must be said.
FAULTS = {
    "color-contrast": """
        for (const sheet of [...document.styleSheets].slice(0, 1)) sheet.insertRule(".pale { color: #ccc }", 0);
        main.insertAdjacentHTML("beforeend", "<p class='pale'>Too pale to be read</p>")""",
    "label": "main.insertAdjacentHTML('beforeend', '<input name=unnamed>')",
    "label:": "const label = main.querySelector('label[for]'); label.htmlFor += '-gone'",
    "heading-order": "main.insertAdjacentHTML('beforeend', '<h5>Far below</h5>')",
    "landmark-no-duplicate-main": "document.body.append(document.createElement('main'))",
    "region": "document.body.insertAdjacentHTML('beforeend', '<p>Outside of everything</p>')",
    "list": "main.insertAdjacentHTML('beforeend', '<ul class=govuk-list><div>No item</div></ul>')",
    "button-name": "main.querySelector('button[type=submit]').textContent = ''",
    "html-has-lang": "document.documentElement.removeAttribute('lang')",
    "used twice": "main.insertAdjacentHTML('beforeend', `<p id='${main.id}'>The same again</p>`)",
    "sideways": "main.insertAdjacentHTML('beforeend', `<p>${'wide'.repeat(1000)}</p>`); "
    "main.lastElementChild.style.overflowWrap = 'normal'",
    "policy": "main.insertAdjacentHTML('beforeend', '<p style=color:black>Styled in place</p>'); "
    "return new Promise((done) => setTimeout(done, 50))",
}


def test_a_fault_is_seen_on_a_page_judged_before(page, address, width):  # noqa: F811
    page.goto(f"{address}/form/")
    look(page)
    for words, fault in FAULTS.items():
        page.goto(f"{address}/form/")
        look(page, anew=False)
        page.evaluate(f"() => {{ const main = document.querySelector('main'); {fault} }}")
        with pytest.raises(AssertionError, match=words):
            look(page, anew=False)
