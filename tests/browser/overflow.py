"""Which elements stick out of the page at the right, or are cut off there?

What scrolls in its own box is fine. The theme hides overflow of the whole page, so a wide element
need not show as a scroll bar: the reader simply never sees its end.
"""

from tests.browser.chromium import Chromium

FIND = """
const width = document.documentElement.clientWidth
const found = []
if (document.scrollingElement.scrollWidth > width + 1)
  found.push(`the page is ${document.scrollingElement.scrollWidth} px wide, not ${width}`)
const skipped = "svg *, .katex-mathml, .katex-mathml *, .md-header__title *, .md-skip"
for (const element of document.body.querySelectorAll("*")) {
  if (element.matches(skipped)) continue
  const box = element.getBoundingClientRect()
  if (box.width < 2 || box.height < 2 || box.left >= width) continue
  let edge = width, reason = "sticks out of the page"
  for (let one = element.parentElement; one && one !== document.body; one = one.parentElement) {
    const overflow = getComputedStyle(one).overflowX
    if (overflow === "auto" || overflow === "scroll") { edge = Infinity; break }
    if (overflow === "visible") continue
    const right = one.getBoundingClientRect().right
    if (right < edge) { edge = right; reason = `is cut off by ${name(one)}` }
  }
  if (box.right <= edge + 1) continue
  if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
  found.push(`${name(element)} ${reason}, by ${Math.round(box.right - edge)} px`)
}
function name(element) {
  const classes = [...element.classList].map(one => "." + one).join("")
  return element.tagName.toLowerCase() + (element.id ? "#" + element.id : "") + classes
    + ` "${element.textContent.trim().slice(0, 30)}"`
}
return found.slice(0, 5)
"""


def overflowing(browser: Chromium) -> list[str]:
    """Elements that a reader cannot see whole, outermost first; empty if all is well."""
    return browser.run(FIND)
