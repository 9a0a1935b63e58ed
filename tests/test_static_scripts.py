"""The widgets' scripts as texts."""

from __future__ import annotations

import re

from ingest_widgets.notebook.esm import STATIC, script


def test_the_scripts_are_whole_and_no_two_parts_share_a_name() -> None:
    for name in ("ingest_panel.js", "corpus_view.js"):
        text = script(name)
        assert "import {" not in text
        assert text.count("export default") == 1
        tops = re.findall(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", text, re.MULTILINE)
        assert len(tops) == len(set(tops))


def test_no_script_makes_markup_out_of_data() -> None:
    for path in STATIC.glob("*.js"):
        found = re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text()
        )
        assert found is None, path.name
