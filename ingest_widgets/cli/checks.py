"""What `doctor` looks at. Each check tries the thing itself where that is cheap."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

# What is installed by `pip install 'ingest-widgets[NAME]'`, and what it brings.
EXTRAS = {
    "lab": ("jupyterlab", "the widgets' home"),
    "nest": ("nest_asyncio2", 'run_sync(on="kernel")'),
    "aws": ("boto3", "secrets from AWS"),
    "vault": ("hvac", "secrets from Vault"),
    "pandas": ("pandas", "Corpus.to_pandas"),
    "arrow": ("pyarrow", "Corpus.to_arrow, to_parquet"),
    "polars": ("polars", "Corpus.to_polars"),
    "langchain": ("langchain_core", "Corpus.to_langchain"),
    "dask": ("distributed", "executors of Dask"),
    "ocr": ("rapidocr", "text of scans"),
    "remote": ("fsspec", "sources that are URLs"),
}
# Not by its name: until there is a release, an index has nothing of it, or something else.
_AGAIN = "in the checkout: pip install --force-reinstall --no-deps ."


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found.

    Attributes:
        state: `ok`; `bad`: ordinary use is hurt; `off`: something optional isn't there.
        cure: What to do; empty when nothing needs to be done.
    """

    name: str
    state: Literal["ok", "bad", "off"]
    says: str
    cure: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain JSON-able values."""
        return asdict(self)


def all_checks() -> Iterator[Check]:
    """One after the other, cheap ones first."""
    yield python_and_package()
    yield sqlite_with_fts5()
    yield settings_readable()
    yield from places_writable()
    yield front_end()
    yield lab_extension()
    yield from isolation()
    yield from engines()
    yield from extras()
    yield from secrets()


def python_and_package() -> Check:
    """Versions, for a report of a bug."""
    version = metadata.version("ingest-widgets")
    return Check("versions", "ok", f"ingest-widgets {version}, Python {sys.version.split()[0]} on {sys.platform}")


def sqlite_with_fts5() -> Check:
    """Makes an index in memory."""
    try:
        with sqlite3.connect(":memory:") as db:
            db.execute("CREATE VIRTUAL TABLE t USING fts5(x)")
    except sqlite3.OperationalError as error:
        return Check("sqlite", "bad", f"{sqlite3.sqlite_version} without FTS5 ({error})", "use a Python with FTS5")
    return Check("sqlite", "ok", f"{sqlite3.sqlite_version} with FTS5")


def settings_readable() -> Check:
    """Whether variables and files hold what they may, and each variable that looks like ours means something."""
    from ingest_widgets.errors import SettingsError
    from ingest_widgets.settings import Settings
    from ingest_widgets.settings.overrides import unknown_variables

    try:
        given, strange = sorted(Settings().model_fields_set), unknown_variables()
    except SettingsError as error:
        place = str(error).partition(": ")[0]
        return Check("settings", "bad", str(error), f"correct {place}, or take it away: its default counts then")
    if strange:
        says = "; ".join(f"{place}: {problem}" for place, problem in strange)
        cure = f"correct the name of {' and of '.join(place for place, _ in strange)}, or take it away"
        return Check("settings", "off", says, cure)
    return Check("settings", "ok", f"set: {', '.join(given)}" if given else "all by default")


def places_writable() -> Iterator[Check]:
    """The corpus' folder and the one for temporary files."""
    from tempfile import gettempdir

    from ingest_widgets.errors import SettingsError
    from ingest_widgets.settings import Settings

    try:
        corpus = Path(Settings().corpus_path)
    except SettingsError:
        corpus = Path("corpus.sqlite")  # what is wrong there is the check before this
    for name, folder in (("corpus folder", corpus.absolute().parent), ("temporary folder", Path(gettempdir()))):
        if os.access(folder, os.W_OK | os.X_OK):
            yield Check(name, "ok", f"{folder} is writable")
        else:
            yield Check(name, "bad", f"{folder} isn't writable", "make it so, or set INGEST_CORPUS_PATH or TMPDIR")


def front_end() -> Check:
    """The widgets' libraries and our JavaScript, which needs neither node nor a browser to be built."""
    import ingest_widgets

    static = Path(ingest_widgets.__file__).parent / "notebook" / "static"
    scripts = sorted(path.name for path in static.glob("*.js"))
    if not scripts:
        return Check("widgets", "bad", "their JavaScript is missing", _AGAIN)
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("anywidget", "ipywidgets"))
    return Check("widgets", "ok", f"{versions}, {len(scripts)} scripts of our own")


def lab_extension() -> Check:
    """Whether JupyterLab finds the extension that came with the package, and nobody has disabled it."""
    name = "ingest_widgets"
    if not find_spec("jupyter_core"):
        return Check("lab extension", "off", "no Jupyter here", "pip install 'ingest-widgets[lab]'")
    from jupyter_core.paths import jupyter_config_path, jupyter_path

    found = [folder for folder in jupyter_path("labextensions") if Path(folder, name, "package.json").is_file()]
    if not found:
        return Check("lab extension", "bad", "JupyterLab can't find it", _AGAIN)
    configs = [Path(folder, "labconfig", "page_config.json") for folder in jupyter_config_path()]
    if any(_disables(config, name) for config in configs):
        return Check("lab extension", "bad", "it is disabled", f"jupyter labextension enable {name}")
    return Check("lab extension", "ok", f"enabled, in {found[0]}")


def _disables(config: Path, name: str) -> bool:
    import json

    try:
        disabled = json.loads(config.read_text(encoding="utf-8")).get("disabledExtensions", {})
    except (OSError, ValueError, AttributeError):
        return False
    if isinstance(disabled, dict):
        return any(on and key.partition(":")[0] == name for key, on in disabled.items())
    return any(str(key).partition(":")[0] == name for key in disabled)


def isolation() -> Iterator[Check]:
    """What the system gives for keeping PDFs away from us."""
    from ingest_widgets.errors import EngineError
    from ingest_widgets.isolation import features

    try:
        found = features()
    except EngineError as error:
        yield Check("isolation", "bad", str(error), _AGAIN)
        return
    for name, promise in found.items():
        state: Literal["ok", "off"] = "ok" if promise.kept else "off"
        cure = "" if promise.kept else "read strange PDFs on a recent Linux that allows it"
        yield Check(f"isolation, {name}", state, promise.how, cure)


def engines() -> Iterator[Check]:
    """Each engine reads a page, in a worker as always."""
    from ingest_widgets.errors import EngineError
    from ingest_widgets.isolation import IsolatedExecutor, Task, extract

    plugins = sorted(point.name for point in metadata.entry_points(group="ingest_widgets.engines"))
    with IsolatedExecutor(1) as executor:
        for name in ("pdfium", "pypdf", *plugins):
            cure = _AGAIN if name not in plugins else f"reinstall {name}"
            task = Task("doctor.pdf", "doctor.pdf", data=ONE_PAGE, engine=name)
            try:
                done = executor.submit(extract, task).result()
            except EngineError as error:
                yield Check(f"engine {name}", "bad", str(error), cure)
                continue
            if done.pages and "doctor" in done.pages[0].text:
                yield Check(f"engine {name}", "ok", f"reads a page in {done.seconds:.2f} s")
            else:
                yield Check(f"engine {name}", "bad", done.detail or "reads nothing", cure)


def extras() -> Iterator[Check]:
    """What is installed of the optional libraries."""
    for extra, (module, purpose) in EXTRAS.items():
        if find_spec(module):
            yield Check(f"extra {extra}", "ok", f"for {purpose}")
        else:
            yield Check(f"extra {extra}", "off", f"for {purpose}", f"pip install 'ingest-widgets[{extra}]'")


def secrets() -> Iterator[Check]:
    """Asks Vault and AWS, each only if it is set up; this may take as long as its time-out."""
    from ingest_widgets.errors import SettingsError
    from ingest_widgets.settings import Settings
    from ingest_widgets.settings.model import precedence
    from ingest_widgets.settings.remote import Remote

    try:
        settings = Settings()
    except SettingsError:
        return
    for layer in precedence({}):
        if isinstance(layer, Remote) and layer.set_up(settings):
            problem = layer.problem(settings)
            state: Literal["ok", "bad"] = "bad" if problem else "ok"
            yield Check(layer.place, state, problem or f"answers, {layer.address(settings).rstrip(',')}")


def _one_page() -> bytes:
    """A PDF of one page that says 'doctor'."""
    text = b"BT /F 24 Tf 72 700 Td (doctor) Tj ET"
    bodies = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    return (
        out + head + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, len(out))
    )


ONE_PAGE = _one_page()
