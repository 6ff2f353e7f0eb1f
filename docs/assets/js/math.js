// Renders the formulas that pymdownx.arithmatex left on the page. Loaded by pages with math only.
for (const element of document.querySelectorAll(".arithmatex")) {
  const formula = element.textContent.trim().slice(2, -2) // without \( \) or \[ \]
  const displayMode = element.tagName === "DIV"
  katex.render(formula, element, { displayMode, throwOnError: false })
  if (displayMode && element.scrollWidth > element.clientWidth) element.tabIndex = 0
}
