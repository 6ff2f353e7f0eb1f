// Parts of a page that are loaded when somebody asks for them. Each is a script that says its content
// as `document.currentScript.told`, which works from a disk too. Loaded by pages that have parts.
const loads = new Map()

function load(name) {
  if (!loads.has(name)) {
    loads.set(name, new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src: name })
      script.onload = () => resolve(script.told)
      script.onerror = () => { loads.delete(name); reject(Error(name)) }
      document.head.append(script)
    }))
  }
  return loads.get(name)
}
