"use strict";
// Without this script everything can be read; with it, findings can be filtered and lines copied.
(() => {
  const form = document.querySelector(".filters");
  const findings = [...document.querySelectorAll(".finding")];
  const none = document.querySelector("[data-none]");
  const texts = new Map(findings.map((one) => [one, one.textContent.toLowerCase()]));

  const filter = () => {
    const wanted = [...form.querySelectorAll("select")].filter((one) => one.value);
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const one of findings) {
      const fits =
        wanted.every((select) => one.dataset[select.name] === select.value) &&
        words.every((word) => texts.get(one).includes(word));
      one.hidden = !fits;
      shown += fits;
    }
    const all = findings.length;
    form.querySelector("output").textContent =
      shown === all ? `${all} finding${all === 1 ? "" : "s"}` : `${shown} of ${all} findings`;
    none.hidden = shown > 0 || all === 0;
  };

  const clear = () => {
    form.reset();
    filter();
  };

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  none.querySelector("[data-clear]").addEventListener("click", () => {
    clear();
    form.elements.text.focus();
  });
  for (const button of form.querySelectorAll("[data-open]")) {
    button.addEventListener("click", () => {
      for (const one of findings) if (!one.hidden) one.open = button.dataset.open === "yes";
    });
  }

  const copied = async (text) => {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  };
  for (const button of document.querySelectorAll(".copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await copied(button.nextElementSibling.textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1600);
    });
  }

  // On paper nothing can be opened.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = findings.filter((one) => !one.open);
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
  });

  form.hidden = false;
  filter();
})();
