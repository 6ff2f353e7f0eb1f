// The switch between "show code" and "figures only": one choice for all pages, remembered.
// partials/javascripts/early.html applies the remembered choice before the page is painted.
const switches = document.querySelectorAll("[data-mn-code]")

function showCode(choice) {
  document.body.classList.toggle("mn-figures-only", choice === "hidden")
  for (const button of switches) {
    button.setAttribute("aria-pressed", String(button.dataset.mnCode === choice))
  }
}

for (const button of switches) {
  button.addEventListener("click", () => {
    showCode(button.dataset.mnCode)
    __md_set("mn.code", button.dataset.mnCode)
  })
}
showCode(document.body.classList.contains("mn-figures-only") ? "hidden" : "shown")

// The choice of paper. partials/javascripts/early.html applies what is remembered.
document.querySelector(".mn-paper").addEventListener("click", () => {
  const dark = document.body.dataset.mdColorScheme === "default"
  document.body.dataset.mdColorScheme = dark ? "slate" : "default"
  __md_set("mn.paper", dark ? "dark" : "light")
})

// What scrolls sideways on a narrow screen can be scrolled with the keyboard.
const SCROLLERS = ".mn-source > code, .md-typeset__scrollwrap, .mn-scroll, .mn-picture, div.arithmatex"

// Observed rather than asked for, so that nothing is laid out before its turn.
const widths = new ResizeObserver(entries => {
  const boxes = entries.map(entry => entry.target)
  const wide = boxes.filter(box => box.scrollWidth > box.clientWidth) // all reads before all writes
  for (const box of wide) box.tabIndex = 0
})
addEventListener("load", () => document.querySelectorAll(SCROLLERS).forEach(box => widths.observe(box)))

// The buttons that copy a code block: written by scripts/pipeline/codeblocks.py, answered here.
addEventListener("click", async event => {
  const button = event.target.closest?.(".mn-copy")
  if (!button) return
  await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent)
  button.classList.add("mn-copied")
  button.setAttribute("aria-label", "Copied")
  setTimeout(() => {
    button.classList.remove("mn-copied")
    button.setAttribute("aria-label", "Copy this code")
  }, 1500)
})

// Definitions: one box, for the dotted word under the pointer, the finger or the keyboard.
const definition = Object.assign(document.createElement("div"), { className: "mn-definition", id: "mn-definition", hidden: true })
definition.setAttribute("role", "tooltip")
document.body.append(definition)
let word = null

function define(next) {
  word?.removeAttribute("aria-describedby")
  word = next
  definition.hidden = !word
  if (!word) return
  word.dataset.definition ??= word.title
  word.removeAttribute("title") // or the browser would show it a second time
  definition.textContent = word.dataset.definition
  word.setAttribute("aria-describedby", definition.id)
  const { left, bottom } = word.getBoundingClientRect()
  const room = document.documentElement.clientWidth - definition.offsetWidth - 8
  definition.style.left = `${scrollX + Math.max(8, Math.min(left, room))}px`
  definition.style.top = `${scrollY + bottom + 6}px`
}

for (const term of document.querySelectorAll("article abbr")) {
  if (!term.closest("a")) term.tabIndex = 0
}
for (const kind of ["pointerover", "focusin"]) {
  addEventListener(kind, event => {
    const term = event.target.closest?.("article abbr, article a:has(abbr)")
    if (term || event.target !== definition) define(term?.querySelector("abbr") ?? term ?? null)
  })
}
addEventListener("keydown", event => event.key === "Escape" && define(null))

// A map to point at (mechnotes.plots.picker): the picked cell's sentence is shown below; arrow keys move.
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }

function pick(button) {
  const map = button.closest(".mn-picker")
  map.querySelector("[aria-pressed]")?.removeAttribute("aria-pressed")
  button.setAttribute("aria-pressed", "true")
  for (const other of map.querySelectorAll("button")) other.tabIndex = other === button ? 0 : -1
  map.querySelector("output").textContent = button.getAttribute("aria-label")
}

for (const map of document.querySelectorAll(".mn-picker")) {
  for (const button of map.querySelectorAll("button")) button.removeAttribute("title")
  map.addEventListener("click", event => event.target.closest("button") && pick(event.target.closest("button")))
  map.addEventListener("keydown", event => {
    const step = STEPS[event.key], cell = event.target.closest("td")
    if (!step || !cell) return
    event.preventDefault()
    const rows = cell.closest("tbody").rows
    const next = rows[cell.parentElement.sectionRowIndex + step[0]]?.cells[cell.cellIndex + step[1]]
    const button = next?.querySelector("button")
    if (button) { button.focus(); pick(button) }
  })
}

// Maps that change together (mechnotes.plots.slider): the slider says which time is shown.
for (const slider of document.querySelectorAll(".mn-slider")) {
  const input = slider.querySelector("input"), frames = [...slider.querySelectorAll(".mn-frame")]
  const show = () => {
    frames.forEach((frame, number) => { frame.hidden = number !== input.valueAsNumber })
    input.setAttribute("aria-valuetext", frames[input.valueAsNumber].dataset.time)
  }
  input.addEventListener("input", show)
  show() // the browser may remember where it stood
}
