"""When to ask, and what: a rule that can be read. Pure.

In this order; the first that holds is what the question is about:

1. the words name several readings: which one (found before any candidate is written);
2. the parameters are not known, and where the request has no head the drafts take different
   numbers of them (`TAKE`): the signature;
3. the words break off, stand for a choice, or do not say what comes out: what is missing;
4. candidates do few of the examples (`FEW`) and agree on something else (`AGREED`): which holds;
   they do none of several examples and agree on nothing: what is missing; the same in another
   container is nothing else, since the example tells which one is meant;
5. the request has no example, and fewer than `SURE` of the candidates behave alike: what differs,
   also a second time, of those that do what was answered;
6. those that do all examples behave differently, with fewer than `SPLIT` alike: what differs.

The thresholds were chosen on tasks other than those that are reported (docs/clarify.md).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.assist.clarify.difference import Difference, difference, phrase, typical
from pillion.assist.clarify.evidence import alike, findings, most_agreed, same, value
from pillion.assist.clarify.mending import Fault
from pillion.assist.clarify.spec import heads, read
from pillion.assist.clarify.task import YOU_DECIDE, Clear, Evidence, Kind, Question
from pillion.assist.clarify.wording import Finding, Open

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.assist.clarify.behaviour import Behaviours
    from pillion.assist.clarify.candidates import Candidate
    from pillion.assist.clarify.evidence import Findings
    from pillion.assist.clarify.spec import Spec
    from pillion.assist.clarify.task import Example, Task

TAKE = 0.7
FEW = 0.35
AGREED = 0.4
SURE = 0.9
SPLIT = 0.4
HALF = 0.5

_MISSING = {
    Open.BROKEN: 'The description breaks off at "{quote}".',
    Open.VAGUE: '"{quote}" leaves open what is meant.',
    Open.RESULT: "The description does not say what comes out.",
    Open.UNBOUND: '"{quote}" is spoken of, but is no parameter.',
}


@dataclass(frozen=True, slots=True)
class View:
    """All that is known when it is decided."""

    task: Task
    spec: Spec
    candidates: Sequence[Candidate]
    seen: Behaviours | None
    """None where nothing can be run."""
    held: Findings
    noticed: Sequence[Finding]


def about(finding: Finding) -> str:
    """Return what a question about a finding is about."""
    return f"{finding.what.value}:{finding.quote}"


def asked(task: Task, finding: Finding) -> bool:
    """Whether the user was asked about this finding, or said what it stands for."""
    if finding.what is Open.VAGUE and any(answer.question.phrase for answer in task.answers):
        return True
    return any(answer.question.about == about(finding) for answer in task.answers)


def about_wording(noticed: Sequence[Finding]) -> Question | None:
    """Return the question that the words alone give rise to."""
    for finding in noticed:
        if finding.what is Open.READINGS:
            return Question(
                text=f'"{finding.quote}": which one is meant?',
                choices=(*finding.choices, YOU_DECIDE),
                kind=Kind.ALTERNATIVE,
                reason="The request names several readings and chooses none.",
                phrase=finding.phrase,
                about=about(finding),
                evidence=Evidence(findings=_told(noticed)),
            )
    return None


def question(view: View) -> Question | None:
    """Return the question that the candidates give rise to."""
    by_what = {finding.what: finding for finding in reversed(view.noticed)}
    head = by_what.get(Open.PARAMETERS) or _different_heads(view)
    if head:
        return _signature(view, head)
    for what, words in _MISSING.items():
        if finding := by_what.get(what):
            return _missing(view, finding, words.format(quote=finding.quote))
    if view.seen is None:
        return None
    return _contradiction(view, view.seen) or _doubt(view, view.seen)


def answer(view: View) -> Clear:
    """Return the function that most agree on, of those that do most of the examples."""
    return Clear(view.candidates[chosen(view)].code, evidence(view))


def chosen(view: View) -> int:
    """Return which candidate would be given."""
    seen, groups = view.seen, view.held.groups
    if seen is None:
        # Of equals the one that was written most often, then the likeliest.
        return max(groups[0], key=lambda index: (view.candidates[index].count, -index))
    able: Sequence[int] = [index for group in groups for index in group]
    if not view.held.passing:
        # What the user said weighs more than what the request says.
        wrong = [len(faults(view, index)) for index in range(len(view.candidates))]
        known = [one for one in view.spec.examples if one.call in seen.calls]
        rank = {index: (-wrong[index], _done(seen, index, known)) for index in able}
        most = max(rank.values())
        able = [index for index in able if rank[index] == most]
    return most_agreed(seen, able)


def faults(view: View, index: int) -> list[Fault]:
    """Return what of that which the user said a candidate does not do."""
    if view.seen is None:
        return []
    done = dict(zip(view.seen.calls, view.seen.outcomes[index], strict=True))
    said = [
        Fault(example, done[example.call])
        for example in view.spec.agreed
        if example.call in done and not same(done[example.call], example.outcome)
    ]
    rejected = [
        Fault(example, done[example.call], rejected=True)
        for example in view.task.rejected
        if example.call in done and same(done[example.call], example.outcome)
    ]
    return said + rejected


def held_against(view: View, task: Task) -> View:
    """Hold the same candidates against what the user accepted and rejected since.

    Every call of it must be among those that were run.
    """
    if view.seen is None:
        return view
    spec = read(task)
    spec = spec if spec.head else replace(spec, parameters=view.spec.parameters)
    held = findings(view.seen, spec.examples, task.rejected)
    return replace(view, task=task, spec=spec, held=held)


def evidence(view: View) -> Evidence:
    """Return why it was decided so."""
    weights = [one.count for one in view.candidates]
    groups = tuple(sum(weights[index] for index in group) for group in view.held.groups)
    return Evidence(
        samples=sum(weights),
        groups=groups,
        inputs=len(view.seen.calls) if view.seen else 0,
        examples=len(view.spec.examples),
        kept=sum(weights[index] for index in view.held.passing),
        findings=_told(view.noticed),
        assumptions=_assumptions(view),
        support=view.held.support,
        consensus=view.held.consensus,
        compared="runs" if view.seen else "syntax",
    )


def _different_heads(view: View) -> Finding | None:
    """Return what to ask about a request without a head whose drafts take different things."""
    if view.spec.head:
        return None
    found: Counter[int] = Counter()
    for candidate in view.candidates:
        head, parameters = heads(candidate.code, candidate.name)
        if head:
            found[len(parameters)] += candidate.count
    finding = Finding(Open.PARAMETERS)
    if not found or asked(view.task, finding):
        return None
    share = found.most_common(1)[0][1] / sum(found.values())
    return finding if share < TAKE else None


def _signature(view: View, finding: Finding) -> Question:
    found: Counter[str] = Counter()
    for candidate in view.candidates:
        head, _ = heads(candidate.code, candidate.name)
        if head:
            named = f"def {view.spec.name or candidate.name}("
            found[head.replace(f"def {candidate.name}(", named, 1).rstrip(":") + ":"] += (
                candidate.count
            )
    choices = [head for head, _ in found.most_common(3)]
    name = view.spec.name or "the function"
    return _question(
        view,
        text=f"What does {name} take?",
        choices=(*choices, YOU_DECIDE),
        kind=Kind.SIGNATURE,
        reason="The request does not say which parameters the function has.",
        about=about(finding),
    )


def _missing(view: View, finding: Finding, reason: str) -> Question:
    """Ask about an input, with the reason; candidates that agree do so by guessing."""
    seen, known = view.seen, [one.call for one in view.spec.examples]
    everyone = [index for group in view.held.groups for index in group]
    found = None
    if seen:
        found = difference(seen, everyone, known) or typical(seen, everyone)
    if found is None:
        return _question(
            view,
            text=f"{reason} What is meant?",
            choices=(YOU_DECIDE,),
            kind=Kind.MISSING,
            reason=reason,
            about=about(finding),
        )
    return _about_input(view, found, Kind.MISSING, reason, finding)


def _contradiction(view: View, seen: Behaviours) -> Question | None:
    held, agreed = view.held, {one.call for one in view.spec.agreed}
    examples = [
        one for one in view.spec.examples if one.call in seen.calls and one.call not in agreed
    ]
    if not examples or held.support > FEW or held.consensus < AGREED:
        return None
    total = sum(seen.weights)
    ranked = []
    for example in examples:
        shares: Counter[str] = Counter()
        for outcome, weight in zip(seen.at(example.call), seen.weights, strict=True):
            if value(outcome) and not alike(outcome, example.outcome):
                shares[outcome] += weight
        if shares:
            outcome, weight = shares.most_common(1)[0]
            ranked.append((-weight / total, len(example.call), example, outcome))
    if not ranked:
        return None
    _, _, example, outcome = min(ranked, key=lambda one: one[:2])
    call = _called(view, example.call)
    # Those that read the text this way tell which of the other examples are wrong with it.
    readers = [at for at, said in enumerate(seen.at(example.call)) if same(said, outcome)]
    wrong = tuple(one.call for one in examples if _does(seen, readers, one) < HALF)
    return _question(
        view,
        text=f"For `{call}` the example says {example.outcome}, but as I read the text it is "
        f"{outcome}. Which one holds?",
        choices=(
            f"{outcome}, as the text says",
            f"{example.outcome}, as the example says",
            YOU_DECIDE,
        ),
        kind=Kind.CONTRADICTION,
        reason="The examples and the text do not go together.",
        call=example.call,
        outcomes=(outcome, example.outcome),
        contradicted=wrong,
        about=f"contradiction:{example.call}",
    )


def _doubt(view: View, seen: Behaviours) -> Question | None:
    groups = view.held.groups
    weights = [seen.weight(group) for group in groups]
    share = weights[0] / sum(weights)
    known = [one.call for one in view.spec.examples]
    everyone = [index for group in groups for index in group]
    if view.spec.unread:
        # Which of them do the examples is not known; the user would be asked what is written there.
        return None
    if not view.spec.stated and share < SURE:
        # One answer is not yet an example of all that the text leaves open.
        reason = "There is no example, and the text can be read in several ways."
        found = difference(seen, everyone, known)
        return _about_input(view, found, Kind.MISSING, reason) if found else None
    if not view.held.best and len(known) > 1:
        reason = "The text does not lead to the examples."
        found = difference(seen, everyone, known)
        return _about_input(view, found, Kind.MISSING, reason) if found else None
    if view.held.passing and share < SPLIT:
        reason = "What the request says can be done in several ways."
        found = difference(seen, everyone, known)
        return _about_input(view, found, Kind.BEHAVIOUR, reason) if found else None
    return None


def _does(seen: Behaviours, among: Sequence[int], example: Example) -> float:
    """Return the share of these drafts that does an example."""
    outcomes = seen.at(example.call)
    doing = [index for index in among if same(outcomes[index], example.outcome)]
    return seen.weight(doing) / (seen.weight(among) or 1)


def _about_input(
    view: View, found: Difference, kind: Kind, reason: str, finding: Finding | None = None
) -> Question:
    call = _called(view, found.call)
    choices = tuple(phrase(outcome) for outcome in found.outcomes)
    if len(choices) == 1:
        text = f"{reason} Should `{call}` {choices[0]}?"
    else:
        text = f"For `{call}`: {', '.join(choices[:-1])} or {choices[-1]}?"
    return _question(
        view,
        text=text,
        choices=(*choices, YOU_DECIDE),
        kind=kind,
        reason=reason,
        call=found.call,
        outcomes=found.outcomes,
        about=about(finding) if finding else f"input:{found.call}",
    )


def _question(view: View, **fields: object) -> Question:
    written = answer(view)
    drafts = tuple(one.code for one in view.candidates)
    return Question(**fields, code=written.code, drafts=drafts, evidence=written.evidence)  # type: ignore[arg-type]


def _assumptions(view: View) -> tuple[str, ...]:
    """Return what the chosen function does where others do something else."""
    if view.seen is None:
        return ()
    everyone = [index for group in view.held.groups for index in group]
    known = [one.call for one in view.spec.examples]
    found = difference(view.seen, everyone, known)
    if found is None:
        return ()
    outcome = view.seen.at(found.call)[chosen(view)]
    return (f"`{_called(view, found.call)}` will {phrase(outcome)}.",)


def _called(view: View, call: str) -> str:
    return f"{view.spec.name or view.candidates[0].name}({call})"


def _done(seen: Behaviours, index: int, examples: Sequence[Example]) -> int:
    return sum(same(seen.at(one.call)[index], one.outcome) for one in examples)


def _told(noticed: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(about(finding) for finding in noticed)
