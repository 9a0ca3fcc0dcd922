"""What the doctor found, as a person reads it: what is wrong first, then what to do."""

from collections.abc import Iterator

import click

from signers.rsa_keys.sdks import Answer
from signproof.doctor import DoctorReport, Examination
from signproof.doctor.model import FullCheck, Level, Matter, SameKey, SdkView
from signproof.reports.doctor_shioaji import env_rows, pfx_rows
from signproof.reports.terminal import printable

__all__ = ["show_doctor"]

_ANSWERS = {
    Answer.TAKES: "takes it",
    Answer.REFUSES: "refuses",
    Answer.UNKNOWN: "not seen",
}
_COLOURS = {Level.WRONG: "red", Level.NOTE: "yellow"}


def show_doctor(report: DoctorReport) -> None:
    """Print the report; the files that could not be read are the caller's to tell."""
    for one in sorted(report.examinations, key=lambda one: not one.is_wrong):
        _examination(one)
    _same(report.same)
    count = len(report.examinations)
    if count > 1:
        wrong = sum(one.is_wrong for one in report.examinations)
        parts = [
            click.style(f"{number} {word}", fg=colour)
            for number, word, colour in ((wrong, "wrong", "red"), (count - wrong, "right", "green"))
            if number
        ]
        click.echo(" · ".join([f"{count} files", *parts]))


def _examination(one: Examination) -> None:
    word, colour = ("wrong", "red") if one.is_wrong else ("right", "green")
    click.secho(word, fg=colour, bold=True, nl=False)
    click.echo(printable(f" {one.path}: {one.what}"))
    for matter in one.matters:
        _matter(matter)
    for name, text in _rows(one):
        _row(name, text)
    click.echo()


def _matter(matter: Matter) -> None:
    click.echo("  ", nl=False)
    click.secho(f"{matter.level.value:<9}", fg=_COLOURS[matter.level], nl=False)
    where = ", ".join(part for part in (_lines(matter), matter.setting) if part)
    click.echo(printable(f"{where}: {matter.message}" if where else matter.message))
    if matter.command:
        _row("run", matter.command)


def _lines(matter: Matter) -> str:
    if matter.last_line is not None:
        return f"lines {matter.line} to {matter.last_line}"
    return "" if matter.line is None else f"line {matter.line}"


def _row(name: str, text: str) -> None:
    click.echo(f"  {name:<8} {printable(text)}")


def _rows(one: Examination) -> Iterator[tuple[str, str]]:
    """Yield what was found besides, and the commands that help."""
    if one.pfx is not None:
        yield from pfx_rows(one.pfx)
    if one.env is not None:
        yield from env_rows(one.env)
    if one.keys and all(key.full_check is FullCheck.PASSED for key in one.keys):
        yield "checked", "the numbers belong together and the factors are prime"
    for sha256 in dict.fromkeys(key.public_sha256 for key in one.keys):
        if sha256:
            yield "public", f"sha256 {sha256}"
    for answer in Answer:
        sdks = [sdk for sdk in one.sdks if sdk.answer is answer]
        if sdks:
            yield _ANSWERS[answer], _listed(sdks)
    for conversion in one.conversions:
        labels = {sdk.sdk: sdk.label for sdk in one.sdks}
        names = ", ".join(labels[name] for name in conversion.sdks)
        place = f", as {conversion.setting}" if conversion.setting else ""
        yield "for", f"{names}{place}:"
        yield "run", conversion.command


def _listed(sdks: list[SdkView]) -> str:
    return ", ".join(f"{sdk.label} ({sdk.setting})" if sdk.setting else sdk.label for sdk in sdks)


def _same(same: tuple[SameKey, ...]) -> None:
    for key in same:
        private, public = (
            [f"{one.path}{f' {one.setting}' if one.setting else ''}" for one in members]
            for members in (
                [one for one in key.members if one.private],
                [one for one in key.members if not one.private],
            )
        )
        pair = bool(private and public)
        click.secho("pair" if pair else "same key", fg="green", nl=False)
        if pair:
            text = f"{' = '.join(private)} (private) and {' = '.join(public)} (public)"
        else:
            text = " = ".join(private or public)
        click.echo(printable(f": {text}"))
    if same:
        click.echo()
