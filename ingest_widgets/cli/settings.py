"""`ingest-widgets settings`."""

from __future__ import annotations

import click

from ingest_widgets.cli.output import as_json, write_json, write_rows


@click.command()
@click.option("--write", is_flag=True, help="Make an ingest.yaml here: every setting, explained, in comments.")
@as_json
def settings(write: bool, as_json: bool) -> None:
    """Show every setting and where it comes from.

    Secrets are masked, and those in Vault or AWS are not asked for.
    """
    from ingest_widgets.settings.provenance import origins

    if write:
        _write_form(as_json)
        return
    found = origins()
    if as_json:
        write_json({"settings": [{"name": o.name, "value": o.value, "origin": o.place} for o in found]})
    else:
        write_rows(("setting", "value", "from"), ((o.name, _shown(o.value), o.place) for o in found))


def _shown(value: object) -> str:
    return "-" if value is None else str(value)


def _write_form(as_json: bool) -> None:
    from ingest_widgets.settings.provenance import form
    from ingest_widgets.settings.yaml_file import YAML

    try:
        with open(YAML, "x", encoding="utf-8") as file:
            file.write(form())
    except FileExistsError:
        raise click.UsageError(f"{YAML} is here already; move it away first") from None
    except OSError as error:
        raise click.UsageError(f"{YAML} can't be written here ({error.strerror})") from None
    if as_json:
        write_json({"file": YAML})
    else:
        click.echo(f"wrote {YAML}")
