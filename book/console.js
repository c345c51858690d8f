// What was typed stands out from what was printed. The highlighter's own colours for a shell do not fit: it takes `#4` for a remark.
"use strict";
for (const code of document.querySelectorAll("code.language-console")) {
    const lines = code.textContent.split("\n");
    code.replaceChildren();
    lines.forEach((line, at) => {
        const typed = /^([a-z][\w-]*>|\$|\.\.\.>?) (.*)$/u.exec(line);
        if (typed) {
            const prompt = document.createElement("span");
            prompt.className = "prompt";
            prompt.textContent = typed[1] + " ";
            const words = document.createElement("span");
            words.className = "typed";
            words.textContent = typed[2];
            code.append(prompt, words);
        } else {
            code.append(line);
        }
        if (at + 1 < lines.length) {
            code.append("\n");
        }
    });
}
