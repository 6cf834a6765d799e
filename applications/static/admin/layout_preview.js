// Draws a layout template anew whenever one of its fields changes. What comes back is shown as an image and as text.
"use strict";

(() => {
    const WAIT_MS = 200;

    // An SVG in an <img> runs no script and loads nothing.
    function show(image, svg) {
        if (!svg) {
            return;
        }
        image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svg);
        image.hidden = false;
    }

    function say(name, className, text) {
        const element = document.createElement(name);
        element.className = className;
        element.textContent = text;
        return element;
    }

    function tellFinding(form, words, finding) {
        const item = document.createElement("li");
        const tone = finding.severity === "error" ? "danger" : "warning";
        item.append(say("span", `cp-badge cp-${tone}`, words[finding.severity]));
        const field = finding.field && form.elements.namedItem(finding.field);
        const path = say(field && field.type !== "hidden" ? "button" : "span", "lt-path", finding.path);
        if (path.localName === "button") {
            path.type = "button";
            path.addEventListener("click", () => field.focus());
        }
        item.append(path, say("span", "lt-detail", finding.detail));
        if (finding.remedy) {
            item.append(say("span", "lt-remedy", finding.remedy));
        }
        return item;
    }

    function start(panel) {
        const form = panel.closest("form");
        const part = (name) => panel.querySelector(`[data-${name}]`);
        const canvas = form.elements.namedItem("preview_canvas");
        const people = form.elements.namedItem("preview_people");
        let timer = 0;
        let running = null;

        function note(text) {
            part("note").textContent = text;
            part("note").hidden = !text;
        }

        function showControls() {
            part("typed").hidden = canvas.value !== "other";
            part("count").textContent = people.value;
        }

        function showAnswer(answer) {
            show(part("picture"), answer.svg);
            show(part("strip"), answer.strip);
            part("stage").classList.toggle("lt-stale", !answer.svg);
            part("growth").hidden = part("strip").hidden;
            note(answer.svg ? "" : part("picture").hidden ? panel.dataset.blank : panel.dataset.stale);
            const items = answer.findings.map((finding) => tellFinding(form, panel.dataset, finding));
            part("findings").replaceChildren(...(items.length ? items : [say("li", "lt-remedy", panel.dataset.fine)]));
        }

        async function refresh() {
            running?.abort();
            const mine = (running = new AbortController());
            try {
                const answer = await fetch(panel.dataset.layoutPreview, {
                    method: "POST",
                    body: new FormData(form), // the CSRF token is one of its fields
                    headers: { Accept: "application/json" },
                    signal: mine.signal,
                });
                if (!answer.ok || answer.redirected) {
                    throw new Error(`status ${answer.status}`);
                }
                const read = await answer.json();
                if (mine === running) {
                    showAnswer(read);
                }
            } catch (error) {
                if (mine === running && error.name !== "AbortError") {
                    part("stage").classList.add("lt-stale");
                    note(panel.dataset.failed);
                }
            }
        }

        function changed() {
            showControls();
            clearTimeout(timer);
            timer = setTimeout(refresh, WAIT_MS);
        }

        form.addEventListener("input", changed);
        form.addEventListener("change", changed);
        showControls();
        refresh();
    }

    document.addEventListener("DOMContentLoaded", () => {
        document.querySelectorAll("[data-layout-preview]").forEach(start);
    });
})();
