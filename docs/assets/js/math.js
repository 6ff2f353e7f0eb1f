// Renders the formulas that pymdownx.arithmatex left on the page. Loaded by pages with math only.
// After every few milliseconds of work the browser gets a turn, so that scrolling never waits.
async function renderMath() {
  let start = performance.now()
  for (const element of document.querySelectorAll(".arithmatex")) {
    if (performance.now() - start > 8) {
      await new Promise(resolve => setTimeout(resolve))
      start = performance.now()
    }
    const formula = element.textContent.trim().slice(2, -2) // without \( \) or \[ \]
    katex.render(formula, element, { displayMode: element.tagName === "DIV", throwOnError: false })
  }
}

renderMath()
