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

// What scrolls sideways on a narrow screen can be scrolled with the keyboard.
function reachScrollers() {
  for (const box of document.querySelectorAll(".md-typeset__scrollwrap, .mn-scroll, .mn-output pre")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0
    else box.removeAttribute("tabindex")
  }
}

addEventListener("resize", reachScrollers)
requestAnimationFrame(reachScrollers)
