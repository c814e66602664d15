#include "reports/html/style.h"

namespace vitrobust::reports::html {

// The models' colours are those of Okabe and Ito ("Color Universal Design", 2008), which the colour-blind can
// tell apart; lighter in the dark.
const std::string_view kStyle = R"css(
:root{color-scheme:light dark;--bg:#fff;--fg:#1c2128;--muted:#59636e;--line:#d9dee4;--card:#f6f8fa;--link:#0b5fa5;
--good:#0b6e4f;--bad:#b3261e;--warn:#fff6dd;--warnline:#d9a400;
--m0:#0072b2;--m1:#d55e00;--m2:#009e73;--m3:#b65c92;--m4:#b8860b;--m5:#3b9ad1;--m6:#6b6b6b;--m7:#8c4a2f}
@media(prefers-color-scheme:dark){:root{--bg:#14181d;--fg:#e4e8ec;--muted:#9aa5b1;--line:#333c46;--card:#1c2229;
--link:#6cb6ff;--good:#5fd3a4;--bad:#ff8a80;--warn:#332a10;--warnline:#b38600;
--m0:#56b4e9;--m1:#ff8c42;--m2:#35cfa0;--m3:#e59cc6;--m4:#f0c04a;--m5:#9bd1f2;--m6:#b0b0b0;--m7:#d69a80}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main,header,footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2.75rem 0 .25rem;padding-top:.5rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1.5rem 0 .25rem}
p{margin:.25rem 0 .75rem;max-width:48rem}
.sub,.note,figcaption small{color:var(--muted)}
.note{font-size:.875rem}
a{color:var(--link)}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:1rem 0 0;font-size:.9375rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:1rem;margin:1.25rem 0}
.card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.875rem 1rem;border-top:3px solid var(--c)}
.card h3{margin:0 0 .125rem;overflow-wrap:anywhere}
.card dl{display:grid;grid-template-columns:1fr auto;gap:.125rem 1rem;margin:.5rem 0 0;font-variant-numeric:tabular-nums}
.card dt{color:var(--muted)}.card dd{margin:0;text-align:right}
.card dd small{color:var(--muted);display:inline-block;margin-left:.25rem}
.warning{background:var(--warn);border-left:4px solid var(--warnline);padding:.5rem .875rem;margin:.5rem 0;border-radius:.25rem;overflow-wrap:anywhere}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.5rem 0 .75rem;padding:0;list-style:none;font-size:.9375rem}
.legend svg{display:inline-block;width:26px;height:12px;margin-right:.375rem;vertical-align:middle}
.m0{--c:var(--m0)}.m1{--c:var(--m1)}.m2{--c:var(--m2)}.m3{--c:var(--m3)}
.m4{--c:var(--m4)}.m5{--c:var(--m5)}.m6{--c:var(--m6)}.m7{--c:var(--m7)}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.75rem 1rem}
.charts.wide{grid-template-columns:repeat(auto-fill,minmax(19rem,1fr))}
figure{margin:0}figcaption{font-size:.9375rem;font-weight:600;overflow-wrap:anywhere}
figcaption small{font-weight:400}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{fill:var(--muted);font-size:10px;font-family:inherit}
.grid{stroke:var(--line);stroke-width:1}
.series{stroke:var(--c);fill:var(--c)}
.series polyline{fill:none;stroke-width:1.75;stroke-linejoin:round}
.series .ci{stroke-width:1.25;opacity:.5}
.series circle,.series rect,.series path{stroke:var(--bg);stroke-width:.75}
.scroll{overflow-x:auto;margin:.5rem 0}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9375rem}
caption{text-align:left;color:var(--muted);font-size:.875rem;padding-bottom:.25rem}
th,td{padding:.25rem .625rem;text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left}
td:first-child{white-space:normal;min-width:9rem;overflow-wrap:anywhere}
thead th{border-bottom:2px solid var(--line);vertical-align:bottom;font-weight:600}
tbody tr{border-bottom:1px solid var(--line)}
tbody tr:hover{background:var(--card)}
td small{color:var(--muted)}
.text{text-align:left}
.better{color:var(--good);font-weight:600}.worse{color:var(--bad);font-weight:600}
th button{all:unset;cursor:pointer;font-weight:600}
th button:hover{text-decoration:underline}
th button:focus-visible{outline:2px solid var(--link);outline-offset:2px}
th button::after{content:"\00a0↕";color:var(--muted);font-weight:400}
th[aria-sort=ascending] button::after{content:"\00a0↑";color:var(--fg)}
th[aria-sort=descending] button::after{content:"\00a0↓";color:var(--fg)}
.heat{font-size:.8125rem}
.heat th,.heat td{padding:.1875rem .3125rem;text-align:center;border:1px solid var(--bg);min-width:2.375rem}
.heat th:first-child{text-align:left;font-weight:400;padding-right:.75rem;white-space:nowrap}
.heat tbody tr,.heat thead th{border-bottom:0}
.heat td:first-child{text-align:center;min-width:2.375rem}
.heat .gap{min-width:.75rem;padding:0}
.heat td.none{color:var(--muted)}
.forest svg{width:15rem}.forest .grid{stroke:var(--muted);stroke-dasharray:2 2}
.strips{display:grid;gap:1rem 2rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,31rem),1fr))}
.strip{display:flex;flex-wrap:wrap;gap:.375rem}
.strip figure{width:4.75rem}
.strip figcaption{font-size:.75rem;font-weight:400;color:var(--muted);line-height:1.25}
.strip img{width:4.75rem;height:4.75rem;object-fit:contain;image-rendering:pixelated;display:block;background:var(--card);border-radius:.1875rem}
details{border:1px solid var(--line);border-radius:.5rem;padding:.5rem .875rem;margin:.5rem 0}
summary{cursor:pointer;font-weight:600;overflow-wrap:anywhere}
details table{font-size:.875rem;margin:.5rem 0}
details td{white-space:normal;text-align:left;overflow-wrap:anywhere;vertical-align:top}
details td:first-child{color:var(--muted);min-width:8rem;width:14rem}
footer{color:var(--muted);font-size:.875rem;padding-top:2rem;padding-bottom:3rem}
@media(max-width:40rem){body{font-size:15px}h1{font-size:1.375rem}main,header,footer{padding-left:.875rem;padding-right:.875rem}
.charts{grid-template-columns:repeat(auto-fill,minmax(10rem,1fr))}}
@media print{:root{color-scheme:light;--bg:#fff;--fg:#000;--muted:#444;--line:#bbb;--card:#fff;--link:#000;--good:#0b6e4f;
--bad:#b3261e;--warn:#fff;--m0:#0072b2;--m1:#d55e00;--m2:#009e73;--m3:#b65c92;--m4:#b8860b;--m5:#3b9ad1;--m6:#6b6b6b;--m7:#8c4a2f}
@page{margin:14mm}
body{font-size:10pt}main,header,footer{max-width:none;padding-left:0;padding-right:0}nav{display:none}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
figure,.card,tr,.warning,.strip{break-inside:avoid}h2,h3{break-after:avoid}thead{display:table-header-group}
th button::after{content:""!important}.scroll{overflow:visible}table{font-size:8pt}.charts{grid-template-columns:repeat(4,1fr)}
.heat th,.heat td{min-width:0;padding:2px}}
)css";

const std::string_view kScript = R"js(
"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = table.tHead.rows[0].cells;
  const body = table.tBodies[0];
  const first = Array.from(body.rows);
  const key = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.v === undefined ? cell.textContent : cell.dataset.v === "" ? null : Number(cell.dataset.v);
  };
  const sort = (column, head) => {
    const now = head.getAttribute("aria-sort");
    const next = now === null ? "ascending" : now === "ascending" ? "descending" : null;
    for (const other of heads) other.removeAttribute("aria-sort");
    const rows = first.slice();
    if (next !== null) {
      head.setAttribute("aria-sort", next);
      const sign = next === "ascending" ? 1 : -1;
      rows.sort((a, b) => {
        const x = key(a, column), y = key(b, column);
        if (x === null || y === null) return (x === null) - (y === null);
        return sign * (typeof x === "number" ? x - y : x.localeCompare(y, "en", {numeric: true}));
      });
    }
    body.append(...rows);
  };
  for (let i = 0; i < heads.length; ++i) {
    if (heads[i].dataset.plain !== undefined) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heads[i].childNodes);
    button.addEventListener("click", () => sort(i, heads[i]));
    heads[i].append(button);
  }
}
)js";

}  // namespace vitrobust::reports::html
