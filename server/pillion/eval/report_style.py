"""How a report looks."""

STYLE = """
:root { color-scheme: light dark; --ink: #1d2430; --paper: #fff; --soft: #5b6676; --line: #d9dee6;
  --s0: #b8bfca; --s1: #e0a458; --s2: #2f7d6b; --right: #1c7c54; --wrong: #b3372f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ee; --paper: #14181f; --soft: #9aa5b4; --line: #2d3541;
    --s0: #667085; --s1: #d29a4d; --s2: #4fb49b; --right: #5ccb98; --wrong: #ef7d74; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.1rem; margin: 2.4rem 0 .6rem; }
.lead { font-size: 1.05rem; color: var(--soft); margin: 0; max-width: 46rem; }
.note { color: var(--soft); font-size: .9rem; margin: .5rem 0 0; max-width: 46rem; }
svg { width: 100%; height: auto; display: block; font-size: 13px; }
svg text { fill: var(--ink); dominant-baseline: central; }
svg .label { text-anchor: end; }
svg .tick { fill: var(--soft); text-anchor: middle; font-size: 11px; }
svg .value { fill: var(--soft); }
svg .axis { stroke: var(--line); }
svg .whisker { stroke: var(--ink); stroke-width: 1.2; fill: none; opacity: .75; }
.s0 { fill: var(--s0); } .s1 { fill: var(--s1); } .s2 { fill: var(--s2); }
.b0 { background: var(--s0); } .b1 { background: var(--s1); } .b2 { background: var(--s2); }
.legend { display: flex; gap: 1.2rem; margin: 0 0 .6rem; font-size: .9rem; color: var(--soft); }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px;
  margin-right: .4rem; vertical-align: -1px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .35rem .7rem .35rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
th { font-weight: 600; color: var(--soft); white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.right { color: var(--right); } td.wrong { color: var(--wrong); }
td.right, td.wrong { white-space: nowrap; }
pre { margin: 0; font: 12px/1.4 ui-monospace, "SF Mono", Menlo, Consolas, monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; max-height: 9rem; overflow-y: auto; }
details { margin-top: .6rem; } summary { cursor: pointer; color: var(--soft); }
"""
