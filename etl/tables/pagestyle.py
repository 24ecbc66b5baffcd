"""How the quality page looks and what can be done on it: colours for light and dark, layout for desk and phone.

In both schemes text has a contrast of 4.5 or more to what it stands on, and bars one of 3 (WCAG 2.2, success criteria
1.4.3 and 1.4.11).
"""

STYLE = """
:root {
  color-scheme: light dark; --page: #f6f7f9; --card: #ffffff; --ink: #1b2029; --muted: #545d69;
  --line: #d9dee5; --tint: #cfe3f7; --warm: #f6ddb0; --bar: #7190ae; --now: #0b5cad; --link: #0b5cad;
  --bad: #ffd9d6; --bad-ink: #8a1009; --odd: #ffe9bf; --odd-ink: #6b4300; --good: #d6f2dd;
  --good-ink: #0c5226;
}
@media(prefers-color-scheme:dark){
  :root {
    --page: #0f1318; --card: #181d24; --ink: #e7ebf0; --muted: #aab4c0; --line: #323a45; --tint: #1a3c5e;
    --warm: #4a3610; --bar: #6d8299; --now: #6db3f8; --link: #7fbcfa; --bad: #5a1815; --bad-ink: #ffd6d2;
    --odd: #523a08; --odd-ink: #ffe3ad; --good: #123d20; --good-ink: #b9efc9;
  }
}
* { box-sizing: border-box }
body {
  margin: 0 auto; padding: 1rem; max-width: 100rem; background: var(--page); color: var(--ink);
  font: 15px/1.45 system-ui,sans-serif;
}
h1 { font-size: 1.5rem; margin: .2rem 0 0 }
h2 { font-size: 1.1rem; margin: 0 0 .6rem }
header p, .note, figcaption, small { color: var(--muted) }
header p { margin: 0 0 .8rem }
.note { margin: .2rem 0 .6rem; font-size: .85rem }
section, figure {
  background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem;
  margin: 0 0 1rem;
}
.tiles { display: flex; flex-wrap: wrap; gap: .6rem; list-style: none; margin: 0 0 1rem; padding: 0 }
.tiles li { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .5rem .9rem }
.tiles b { display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums }
.tiles .bad { background: var(--bad); color: var(--bad-ink) }
.tiles .odd { background: var(--odd); color: var(--odd-ink) }
.tiles .good, .calm { background: var(--good); color: var(--good-ink) }
.calm { padding: .5rem .8rem; border-radius: 6px; margin: 0 }
a { color: var(--link) }
code { font: .9em ui-monospace,monospace; overflow-wrap: anywhere }
svg { display: block; width: 100%; height: 60px }
path { stroke: var(--bar); stroke-width: 3; fill: none }
.now { stroke: var(--now) }
table { border-collapse: collapse; width: 100% }
th, td { text-align: start; padding: .35rem .5rem; border-top: 1px solid var(--line) }
thead th, thead td {
  border-top: 0; font-weight: 600; color: var(--muted); font-size: .85rem; vertical-align: bottom;
}
th { font-weight: 400 }
.list td, .list th { vertical-align: top }
.list .f { min-width: 6rem }
.badge { display: inline-block; border-radius: 4px; padding: 0 .45em; font-size: .85rem; font-weight: 600 }
.badge.error { background: var(--bad); color: var(--bad-ink) }
.badge.warning { background: var(--odd); color: var(--odd-ink) }
.wide { overflow-x: auto }
#sources { font-size: .85rem; font-variant-numeric: tabular-nums }
#sources tbody th { min-width: 11rem; position: sticky; left: 0; background: var(--card) }
#sources small { display: block }
#sources svg { width: 116px; height: 24px }
#sources td { text-align: end; padding: .3rem .35rem }
#sources .p, #sources .f { text-align: center; border-inline: 2px solid var(--card) }
#sources td:last-child { text-align: start; max-width: 10rem }
#sources td:nth-child(3) { padding-inline: .6rem }
#columns th { padding: .3rem .35rem }
.up span { writing-mode: vertical-rl; rotate: 180deg }
.groups th { text-align: center; border-bottom: 1px solid var(--line) }
.p { --fill: var(--warm) }
.f { --fill: var(--tint) }
.p, .f { background: linear-gradient(to top,var(--fill) var(--v),transparent 0) }
.list .f { background: linear-gradient(to right,var(--tint) var(--v),transparent 0) }
#sources td.mark {
  background: var(--bad); color: var(--bad-ink); font-weight: 700; outline: 2px solid var(--bad-ink);
  outline-offset: -2px;
}
tr[hidden] { display: none !important }
.tools { display: none; gap: 1.2rem; flex-wrap: wrap; margin: 0 }
.js .tools { display: flex }
input { font: inherit }
.js #columns th { cursor: pointer }
th button { all: unset; cursor: pointer }
th button:focus-visible { outline: 2px solid var(--link) }
@media(max-width:800px){
  body { padding: .6rem }
  section, figure { padding: .7rem }
  .list thead, #sources thead { position: absolute; clip-path: inset(50%) }
  .list tr, #sources tr {
    display: flex; flex-wrap: wrap; align-items: center; gap: .3rem; border-top: 1px solid var(--line);
    padding: .6rem 0;
  }
  .list th, .list td, #sources th, #sources td { border: 0; padding: .1rem .3rem }
  .list td:last-child, #sources tbody th { flex-basis: 100% }
  #sources td { flex: 1 0 5.4rem; border-radius: 4px; text-align: start }
  #sources td:empty { display: none }
  #sources td:not(:empty):is(.p, .f):after { content: "%" }
  #sources .p, #sources .f {
    border: 0; text-align: start; background-image: linear-gradient(to right,var(--fill) var(--v),transparent 0);
  }
  #sources td:before { display: block; font-size: .72rem; color: var(--muted); overflow-wrap: anywhere }
  #sources td.mark:before { color: inherit }
}
"""
SCRIPT = """
document.documentElement.className = 'js';
const body = document.getElementById('sources').tBodies[0];
const find = document.getElementById('find'), odd = document.getElementById('odd');
const key = (row, place) => {
  const text = row.cells[place].textContent;
  return place === 0 ? text.toLowerCase() : text === '' ? -1 : parseFloat(text);
};
[...document.getElementById('columns').cells].forEach((head, place) => {
  const span = head.firstChild, button = document.createElement('button');
  if (place === 2 || place === head.parentNode.cells.length - 1) return;
  button.textContent = span.textContent;
  span.replaceChildren(button);
  head.onclick = () => {
    const down = head.getAttribute('aria-sort') !== 'descending', sign = down ? -1 : 1;
    for (const other of head.parentNode.cells) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const rows = [...body.rows].map(row => [key(row, place), row]);
    rows.sort(([a], [b]) => a < b ? -sign : a > b ? sign : 0);
    body.append(...rows.map(([, row]) => row));
  };
});
const choose = () => {
  for (const row of body.rows) {
    const name = row.cells[0];
    row.hidden = !name.textContent.toLowerCase().includes(find.value.toLowerCase())
      || odd.checked && !name.querySelector('.badge');
  }
};
find.oninput = odd.onchange = choose;
"""
