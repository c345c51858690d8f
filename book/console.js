// What the book's pages do in a browser: consoles are coloured by meaning, answers stand open on paper, and what is wider than the screen
// says so.
"use strict";

// The highlighter's own colours for a shell do not fit: it takes `#4` for a remark.
const TYPED = /^([a-z][\w-]*>|\$|\.\.\.>?) (.*)$/u;
const PACKET = /^\s*#\d+ /u;
const CALL = /^(\s+)((?:[\w./-]+: )?)([a-z]\w*\(.*)$/u;
const ERRNO = /-1 E[A-Z]+(?: \([^)]*\))?/u;
const STATES = /\s(\S+: )?[A-Z][A-Z0-9-]+ → [A-Z][A-Z0-9-]+/u;
const LOST = /✗|lost: |\[RST/u;

function span(kind, text) {
    const part = document.createElement("span");
    part.className = kind;
    part.textContent = text;
    return part;
}

/** A line as spans: the first pattern that is found in the rest stands out, and so on behind it. */
function marked(line, patterns) {
    const parts = [];
    let rest = line;
    for (;;) {
        let first = null;
        for (const [kind, pattern] of patterns) {
            const found = pattern.exec(rest);
            if (found && (!first || found.index < first.at)) {
                first = { kind, at: found.index, text: found[0] };
            }
        }
        if (!first) {
            return [...parts, rest];
        }
        parts.push(rest.slice(0, first.at), span(first.kind, first.text));
        rest = rest.slice(first.at + first.text.length);
    }
}

function coloured(line) {
    const typed = TYPED.exec(line);
    if (typed) {
        return [span("prompt", typed[1] + " "), span("typed", typed[2])];
    }
    if (PACKET.test(line)) {
        const row = span(LOST.test(line) ? "packet bad" : "packet", "");
        row.append(...marked(line, [["bad", LOST], ["state", STATES]]));
        return [row];
    }
    const call = CALL.exec(line);
    if (call) {
        const row = span("call", "");
        row.append(...marked(call[2] + call[3], [["bad", ERRNO], ["state", STATES]]));
        return [call[1], row];
    }
    return marked(line, [["bad", ERRNO], ["state", STATES]]);
}

for (const code of document.querySelectorAll("code.language-console")) {
    const lines = code.textContent.split("\n");
    code.replaceChildren();
    lines.forEach((line, at) => {
        code.append(...coloured(line));
        if (at + 1 < lines.length) {
            code.append("\n");
        }
    });
}

// Nobody can open an answer on paper.
function open() {
    for (const details of document.querySelectorAll("details")) {
        details.open = true;
    }
}
window.addEventListener("beforeprint", open);
if (/\/print(\.html)?$/u.test(window.location.pathname)) {
    open();
}

// A ladder is wider than a phone: until its end has been seen, its edge says that it goes on.
function watch(box) {
    const tell = () => {
        const left = box.scrollWidth - box.clientWidth - box.scrollLeft;
        box.classList.toggle("goes-on", left > 4);
    };
    box.addEventListener("scroll", tell, { passive: true });
    new ResizeObserver(tell).observe(box);
    for (const picture of box.querySelectorAll("img")) {
        picture.addEventListener("load", tell);
    }
    tell();
}
for (const box of document.querySelectorAll(".content pre > code, .content figure > p, .content .table-wrapper")) {
    watch(box);
}
