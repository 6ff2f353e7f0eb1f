// The browser of latents (mechnotes.plots.browser). Cards are loaded by parts.js when one of them is
// picked. Loaded by pages with a browser only.
function make(tag, attributes, ...inside) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...inside)
  return element
}

function drawBars({ bars, histogram }) {
  return make("div", { class: "mn-bars", role: "img", "aria-label": histogram },
    ...bars.map(share => make("i", { style: `--mn-share:${share}` })))
}

function drawFacts({ scores, raises, lowers }, labels) {
  const names = ["precision", "recall", "F1"].map(name => make("th", { scope: "col" }, name))
  const rows = labels.map((label, row) => make("tr", {},
    make("th", { scope: "row" }, label), ...scores[row].map(score => make("td", {}, score))))
  return make("div", { class: "mn-facts" },
    make("table", { class: "mn-scores" },
      make("caption", {}, "Labels, on texts not used to choose"),
      make("thead", {}, make("tr", {}, make("td", {}), ...names)),
      make("tbody", {}, ...rows)),
    make("dl", {}, make("dt", {}, "Raises"), make("dd", {}, raises), make("dt", {}, "Lowers"), make("dd", {}, lowers)))
}

function drawExample([text, position, start, end, values], { words, texts }) {
  const item = make("li", {}), at = new Map(values)
  item.append(make("b", {}, at.get(position)))
  for (let place = start; place < end; place++) {
    const word = words[texts[text][place]], value = at.get(place)
    const style = { style: `--mn-value:${value}`, title: value }
    item.append(" ", value === undefined ? word
      : make("mark", place === position ? { class: "mn-peak", ...style } : style, word))
  }
  return item
}

function drawCard(told, labels, texts) {
  const name = `Latent ${told.latent}`
  const title = make("p", {}, make("strong", {}, name))
  if (!told.bars.length) {
    title.append(" fires on none of these tokens.")
    return make("section", { class: "mn-latent", "aria-label": name }, title)
  }
  title.append(` fires on ${told.density} % of tokens. Best description: `, make("em", {}, told.is), `, precision ${told.fit[0]}, recall ${told.fit[1]}.`)
  const ends = ["0", "its values where it fires", told.largest].map(word => make("span", {}, word))
  const list = (name, examples) => [
    make("p", { class: "mn-part", "aria-hidden": "true" }, name),
    make("ol", { "aria-label": name }, ...examples.map(example => drawExample(example, texts))),
  ]
  return make("section", { class: "mn-latent", "aria-label": name, style: `--mn-largest:${told.largest}` },
    title, drawBars(told), make("p", { class: "mn-ends" }, ...ends), drawFacts(told, labels),
    ...list("Strongest", told.strongest), ...list("From weak to strong, at even steps", told.spread))
}

class Browser {
  constructor(box) {
    const { latent, order, list } = box.querySelector("form").elements
    const form = box.querySelector("form"), status = box.querySelector("[role=status]")
    Object.assign(this, { box, form, status, latent, order, list })
    this.parts = JSON.parse(box.dataset.parts)
    this.size = +box.dataset.size
    this.wanted = latent.valueAsNumber
  }

  async start() {
    const told = await load(this.box.dataset.list)
    this.labels = told.labels
    this.rows = told.latents.map(([density, is, ...f1]) => ({ density, is, f1: f1.map(Number) }))
    this.form.hidden = false
    this.form.addEventListener("submit", event => event.preventDefault())
    this.form.addEventListener("click", event => event.target.matches("button") && this.step(+event.target.value))
    this.latent.addEventListener("change", () => this.pick(this.latent.valueAsNumber))
    this.list.addEventListener("change", () => this.pick(+this.list.value))
    this.order.addEventListener("change", () => this.sort())
    addEventListener("hashchange", () => this.follow())
    this.sort()
    this.follow()
  }

  // The list in the chosen order: by number, by density, by the best label, or by one of the labels.
  sort() {
    const chosen = this.order.selectedIndex - 3
    const label = ({ f1 }) => (chosen < 0 ? f1.indexOf(Math.max(...f1)) : chosen)
    const key = row => [() => 0, () => +row.density][chosen + 3]?.() ?? row.f1[label(row)]
    const said = row => (chosen < -1 ? row.is : `${this.labels[label(row)]} ${row.f1[label(row)].toFixed(2)}`)
    const numbers = [...this.rows.keys()].sort((one, other) => key(this.rows[other]) - key(this.rows[one]) || one - other)
    this.list.replaceChildren(...numbers.map(number => {
      const row = this.rows[number]
      return make("option", { value: number }, `${number}: ${row.density} %, ${said(row)}`)
    }))
    this.list.value = this.wanted
  }

  step(by) {
    const next = this.list.options[this.list.selectedIndex + by]
    if (next) this.pick(+next.value)
  }

  follow() {
    const found = location.hash.match(/^#latent-(\d+)$/)
    if (found) this.pick(+found[1])
  }

  async pick(number) {
    if (!(number in this.rows)) return this.say(`There are latents 0 to ${this.rows.length - 1}.`, true)
    this.wanted = number
    try {
      const wanted = [this.parts[0], this.parts[1 + Math.floor(number / this.size)]]
      const [texts, cards] = await Promise.all(wanted.map(load))
      if (this.wanted === number) this.show(drawCard(cards[number % this.size], this.labels, texts), number)
    } catch (error) {
      this.say(`Latent ${number} could not be loaded.`, true)
    }
  }

  show(card, number) {
    this.box.querySelector(".mn-latent").replaceWith(card)
    this.latent.value = number
    this.list.value = number
    this.say(card.querySelector("p").textContent)
    history.replaceState(history.state, "", `#latent-${number}`)
  }

  // A card's first sentence is for those who do not see the card change; a problem is for everybody.
  say(sentence, problem = false) {
    this.status.textContent = sentence
    this.status.classList.toggle("mn-problem", problem)
  }
}

for (const box of document.querySelectorAll(".mn-latents")) new Browser(box).start()
