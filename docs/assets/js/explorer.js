// The explorer of batches (mechnotes.plots.explorer). A batch is loaded by parts.js when it is picked.
// Loaded by pages with an explorer only.
class Explorer {
  constructor(box) {
    const form = box.querySelector("form")
    Object.assign(this, { box, form, status: box.querySelector("[role=status]") })
    this.parts = JSON.parse(box.dataset.parts)
    this.size = +box.dataset.size
    this.names = [...form.elements.batch.options].map(option => option.text.split(":")[0])
  }

  start() {
    const { batch, value } = this.form.elements
    this.form.addEventListener("submit", event => event.preventDefault())
    this.form.addEventListener("click", event => event.target.matches("button") && this.step(+event.target.value))
    batch.addEventListener("change", () => this.pick(batch.selectedIndex, value.selectedIndex))
    value.addEventListener("change", () => this.pick(batch.selectedIndex, value.selectedIndex))
    addEventListener("hashchange", () => this.follow())
    this.fill()
    this.choose(0)
    this.form.hidden = false
    this.follow()
  }

  follow() {
    const found = decodeURIComponent(location.hash).match(/^#batch-(.+)-(\d+)$/)
    const number = found ? this.names.indexOf(found[1]) : -1
    if (number >= 0) this.pick(number, +found[2])
  }

  step(by) {
    const { batch, value } = this.form.elements
    const next = value.selectedIndex + by
    if (next >= 0 && next < value.options.length) this.pick(batch.selectedIndex, next)
  }

  async pick(number, value) {
    const wanted = this.wanted = {}
    try {
      const [batch, ...files] = this.parts[number]
      const file = Math.min(Math.floor(value / this.size), files.length - 1)
      const [section, models] = await Promise.all([batch, files[file]].map(load))
      if (this.wanted !== wanted) return
      const place = Math.min(value - file * this.size, models.length - 1)
      this.show(section, models[place], number, file * this.size + place)
    } catch (error) {
      this.say(`Batch ${this.names[number]} could not be loaded.`, true)
    }
  }

  show(section, model, number, value) {
    const shown = this.box.querySelector(".mn-batch")
    if (shown.getAttribute("aria-label") !== this.names[number]) {
      shown.outerHTML = section
      this.form.elements.batch.selectedIndex = number
      this.fill()
    }
    this.box.querySelector(".mn-model").outerHTML = model
    this.choose(value)
    this.say(this.box.querySelector(".mn-model p").textContent)
    history.replaceState(history.state, "", `#batch-${this.names[number]}-${value}`)
  }

  // The values of the batch that is shown.
  fill() {
    const { values, swept } = this.box.querySelector(".mn-batch").dataset
    const { value } = this.form.elements
    value.closest("label").querySelector("span").textContent = swept
    value.replaceChildren(...JSON.parse(values).map(text => new Option(text)))
  }

  choose(number) {
    this.form.elements.value.selectedIndex = number
    for (const line of this.box.querySelectorAll(".mn-batch > .mn-charts [data-value]")) {
      line.classList.toggle("mn-chosen", +line.dataset.value === number)
    }
    // What is drawn last lies in front.
    for (const line of this.box.querySelectorAll(".mn-batch > .mn-charts .mn-chosen")) line.parentNode.append(line)
  }

  // The sentence is for those who do not see the figures change; a problem is for everybody.
  say(sentence, problem = false) {
    this.status.textContent = sentence
    this.status.classList.toggle("mn-problem", problem)
  }
}

for (const box of document.querySelectorAll(".mn-explorer")) new Explorer(box).start()
