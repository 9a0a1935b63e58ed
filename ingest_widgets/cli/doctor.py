"""`ingest-widgets doctor`."""

from __future__ import annotations

import click

from ingest_widgets.cli.door import FAILED
from ingest_widgets.cli.output import as_json, plain, write_json

_SIGNS = {"ok": "ok  ", "bad": "BAD ", "off": "off "}


@click.command(short_help="Check what this stands on, and name cures.")
@as_json
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Check what this package stands on, and name the cure of each trouble.

    Ends with 1 if something that ordinary use needs is broken.
    """
    from ingest_widgets.cli.checks import all_checks

    checks = []
    for check in all_checks():
        checks.append(check)
        if not as_json:
            click.echo(f"{_SIGNS[check.state]}{check.name}: {plain(check.says)}")
            if check.cure:
                click.echo(f"    cure: {plain(check.cure)}")
    if as_json:
        write_json({"checks": [check.to_dict() for check in checks]})
    ctx.exit(FAILED if any(check.state == "bad" for check in checks) else 0)
