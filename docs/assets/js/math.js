// Renders the formulas that pymdownx.arithmatex left on the page: those on the screen first, the
// rest when the page has come to rest. KaTeX is fetched with the first of them, so that it never
// stands between a reader and the text. Loaded by pages with math only.
const { sheet, script } = document.currentScript.dataset
const formulas = [...document.querySelectorAll(".arithmatex")]
let katexLoads = null

function load(tag, attributes) {
  const element = Object.assign(document.createElement(tag), attributes)
  document.head.append(element)
  return new Promise(resolve => (element.onload = resolve))
}

// After every few milliseconds of work the browser gets a turn, so that scrolling never waits.
async function renderMath(elements) {
  if (!elements.length) return
  await (katexLoads ??= Promise.all([load("link", { rel: "stylesheet", href: sheet }), load("script", { src: script })]))
  let start = performance.now()
  for (const element of elements) {
    if (element.querySelector(".katex")) continue
    if (performance.now() - start > 8) {
      await new Promise(resolve => setTimeout(resolve))
      start = performance.now()
    }
    const formula = element.textContent.trim().slice(2, -2) // without \( \) or \[ \]
    katex.render(formula, element, { displayMode: element.tagName === "DIV", throwOnError: false })
  }
}

const near = new IntersectionObserver(entries => {
  const seen = entries.filter(entry => entry.isIntersecting).map(entry => entry.target)
  for (const element of seen) near.unobserve(element)
  renderMath(seen)
}, { rootMargin: "25% 0px" })
for (const formula of formulas) near.observe(formula)

addEventListener("load", () => setTimeout(() => renderMath(formulas), 5000))
addEventListener("beforeprint", () => renderMath(formulas))
