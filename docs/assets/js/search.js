// Stands in for the theme's search worker until the index arrives, which is when someone searches.
// The address of the real worker stands behind the hash sign of this worker's own address.
addEventListener("message", event => {
  importScripts(location.hash.slice(1))
  dispatchEvent(new MessageEvent("message", { data: event.data })) // the real worker missed this one
}, { once: true })
